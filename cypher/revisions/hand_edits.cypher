// What the scripts of Neo4j Browser noted: lines of a name and the id of a row that it changed.
// params: none
// returns: edits
// access: read
MATCH (l:Lodestar)
RETURN coalesce(l.handEdits, []) AS edits
