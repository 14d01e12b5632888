// Remove notes of the scripts of Neo4j Browser whose changes are part of a revision.
// params: edits LIST
// returns: kept
// access: write
MATCH (l:Lodestar)
SET l.handEdits = [each IN coalesce(l.handEdits, []) WHERE NOT each IN $edits]
RETURN size(l.handEdits) AS kept
