// Write points: id, properties, ids of the courses that include them.
// params: rows LIST<LIST>
// returns: none
// access: write
UNWIND $rows AS row
MERGE (k:KnowledgePoint {id: row[0]})
WITH k, row, coalesce(k.prerequisiteCount, 0) AS degree
SET k = row[1]
SET k.prerequisiteCount = degree
WITH k, row
CALL (k, row) {
  MATCH (k)<-[e:INCLUDES]-(c)
  WHERE NOT c.id IN row[2]
  DELETE e
}
CALL (k, row) {
  UNWIND row[2] AS course
  MATCH (c:Course {id: course})
  MERGE (c)-[:INCLUDES]->(k)
}
