// Count one more change of the curated graph.
// params: none
// returns: revision
// access: write
MATCH (l:Lodestar)
SET l.revision = l.revision + 1, l.revisedAt = datetime()
RETURN l.revision AS revision
