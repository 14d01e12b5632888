// The number of the curated graph's last change; no row before the first migration.
// params: none
// returns: revision
// access: read
MATCH (l:Lodestar)
RETURN l.revision AS revision
