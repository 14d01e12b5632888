// Write diagnostic items: id, properties, and the points they assess as [id, properties of the link].
// params: rows LIST<LIST>
// returns: none
// access: write
UNWIND $rows AS row
MERGE (i:Item {id: row[0]})
SET i = row[1]
WITH i, row
CALL (i) {
  MATCH (i)-[e:ASSESSES]->()
  DELETE e
}
CALL (i, row) {
  UNWIND row[2] AS assessed
  MATCH (k:KnowledgePoint {id: assessed[0]})
  CREATE (i)-[e:ASSESSES]->(k)
  SET e = assessed[1]
}
