// What scripts of Neo4j Browser changed since the last revision (l, the Lodestar node): lines of a name and a row's id.
// params: l NODE, by STRING, id STRING
// returns: LIST<STRING>
coalesce($l.handEdits, []) + [trim($by) + '\n' + $id]
