// Create what resources teach of points that are new themselves, so that no such link can be there yet: half the time of
// save_teaches. A group is a point and its rows: resource, role, importance.
// params: course STRING, groups LIST<LIST>
// returns: none
// access: write
UNWIND $groups AS group
MATCH (k:KnowledgePoint {id: group[0]})
UNWIND group[1] AS row
MATCH (r:Resource {id: row[0]})
CREATE (r)-[:TEACHES {role: row[1], importance: row[2], courses: $course}]->(k)
