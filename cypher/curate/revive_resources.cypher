// Resources come back from retirement: what they taught then no longer counts.
// params: ids LIST<STRING>
// returns: none
// access: write
UNWIND $ids AS id
MATCH (:Resource {id: id})-[e:TEACHES]->()
WHERE e.courses = ''
DELETE e
