// The points of one level of a course and the prerequisites among them.
// params: course STRING, level STRING
// returns: point, prerequisite, later
// access: read
MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint {level: $level})
OPTIONAL MATCH (k)-[e:PREREQUISITE_OF {status: 'accepted'}]->(j:KnowledgePoint {level: $level})
RETURN k AS point, e AS prerequisite, j AS later
