// Write prerequisites: before, after, properties.
// params: rows LIST<LIST>
// returns: none
// access: write
UNWIND $rows AS row
MATCH (before:KnowledgePoint {id: row[0]})
MATCH (after:KnowledgePoint {id: row[1]})
MERGE (before)-[e:PREREQUISITE_OF]->(after)
SET e = row[2]
