// Create a course or replace its properties.
// params: course STRING, properties MAP
// returns: none
// access: write
MERGE (c:Course {id: $course})
SET c = $properties
