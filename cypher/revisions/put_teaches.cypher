// Write TEACHES links: resource, point, properties.
// params: rows LIST<LIST>
// returns: none
// access: write
UNWIND $rows AS row
MATCH (r:Resource {id: row[0]})
MATCH (k:KnowledgePoint {id: row[1]})
MERGE (r)-[e:TEACHES]->(k)
SET e = row[2]
