// What these resources teach, as one list: resource, point, properties.
// params: ids LIST<STRING>
// returns: rows
// access: read
UNWIND $ids AS id
MATCH (r:Resource {id: id})-[e:TEACHES]->(k)
WHERE k:KnowledgePoint AND k.id IS :: STRING NOT NULL
RETURN collect([r.id, k.id, properties(e)]) AS rows
