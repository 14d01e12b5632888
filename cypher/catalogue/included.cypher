// A course's own properties and the ids of its points.
// params: course STRING
// returns: properties, points
// access: read
MATCH (c:Course {id: $course})
OPTIONAL MATCH (c)-[:INCLUDES]->(k:KnowledgePoint)
RETURN properties(c) AS properties, collect(CASE WHEN k.id IS :: STRING NOT NULL THEN k.id END) AS points
