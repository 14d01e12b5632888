// A course's own properties: id, title and settings.
// params: course STRING
// returns: properties
// access: read
MATCH (c:Course {id: $course})
RETURN properties(c) AS properties
