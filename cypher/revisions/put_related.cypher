// Write semantic edges that have a status (proposed or decided): a, b, properties.
// params: rows LIST<LIST>
// returns: none
// access: write
UNWIND $rows AS row
MATCH (a:KnowledgePoint {id: row[0]})
MATCH (b:KnowledgePoint {id: row[1]})
MERGE (a)-[e:RELATED_TO]->(b)
SET e = row[2]
