// Add a point to a course. It is taught by nothing yet: add a resource next.
// params: course STRING, point STRING, name STRING, level STRING
// returns: new
// access: write
MATCH (c:Course {id: $course})
CREATE (k:KnowledgePoint {id: $point, name: $name, level: $level, prerequisiteCount: 0})
CREATE (c)-[:INCLUDES]->(k)
RETURN k AS new
