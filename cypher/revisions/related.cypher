// The semantic edges with a status (proposed or decided) that start at these points, as one list: a, b, properties.
// Derived ones have no status and are left out.
// params: ids LIST<STRING>
// returns: rows
// access: read
UNWIND $ids AS id
MATCH (a:KnowledgePoint {id: id})-[e:RELATED_TO]->(b)
WHERE e.status IS NOT NULL AND b:KnowledgePoint AND b.id IS :: STRING NOT NULL
RETURN collect([a.id, b.id, properties(e)]) AS rows
