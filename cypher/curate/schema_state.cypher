// The database's schema number and the migrations it has seen; no row on a database that was never migrated.
// params: none
// returns: schema, number, checksum
// access: read
MATCH (l:Lodestar)
OPTIONAL MATCH (m:Migration)
RETURN l.schema AS schema, m.number AS number, m.checksum AS checksum
ORDER BY number
