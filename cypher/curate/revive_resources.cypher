// Delete the old links of retired resources that are in a course's files again.
// params: ids LIST<STRING>
// returns: none
// access: write
UNWIND $ids AS id
MATCH (:Resource {id: id})-[e:TEACHES]->()
WHERE e.courses = ''
DELETE e
