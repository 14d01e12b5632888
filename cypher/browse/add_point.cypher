// Add a point to a course, in your name. It is taught by nothing yet: add a resource next.
// params: course STRING, point STRING, name STRING, level STRING, by STRING
// returns: new
// access: write
MATCH (l:Lodestar), (c:Course {id: $course})
SET l.handEdits = parts.hand_edits(l, $by, $point)
CREATE (k:KnowledgePoint {id: $point, name: $name, level: $level, prerequisiteCount: 0})
CREATE (c)-[:INCLUDES]->(k)
RETURN k AS new
