// These courses, as one list: id, properties, nothing.
// params: ids LIST<STRING>
// returns: rows
// access: read
UNWIND $ids AS id
MATCH (c:Course {id: id})
RETURN collect([c.id, properties(c), null]) AS rows
