// These resources, as one list: id, properties, nothing.
// params: ids LIST<STRING>
// returns: rows
// access: read
UNWIND $ids AS id
MATCH (r:Resource {id: id})
RETURN collect([r.id, properties(r), null]) AS rows
