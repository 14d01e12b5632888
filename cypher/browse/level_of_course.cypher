// The points of one level of a course and the prerequisites among them.
// params: course STRING, level STRING
// returns: point, prerequisite, later
// access: read
MATCH (c:Course {id: $course})
OPTIONAL MATCH (c)-[:INCLUDES]->(k:KnowledgePoint {level: $level})
OPTIONAL MATCH (k)-[e:PREREQUISITE_OF {status: 'accepted'}]->(j:KnowledgePoint {level: $level})
RETURN coalesce(k, 'No point of the course has the level ' + $level + '.') AS point, e AS prerequisite, j AS later
