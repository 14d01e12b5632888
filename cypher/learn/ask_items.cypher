// Record items as asked, after those that were asked already; returns those that exist.
// params: id STRING, items LIST<STRING>
// returns: item
// access: write
MATCH (d:Diagnostic {id: $id})
WITH d, COUNT { (d)-[:ASKED]->() } AS asked
UNWIND range(0, size($items) - 1) AS n
MATCH (i:Item {id: $items[n]})
MERGE (d)-[a:ASKED]->(i)
ON CREATE SET a.position = asked + n
RETURN i.id AS item
