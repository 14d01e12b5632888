// The courses that include any of these points.
// params: ids LIST<STRING>
// returns: courses
// access: read
UNWIND $ids AS id
MATCH (c:Course)-[:INCLUDES]->(:KnowledgePoint {id: id})
RETURN collect(DISTINCT c.id) AS courses
