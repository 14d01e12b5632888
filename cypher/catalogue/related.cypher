// The semantic edges in use (derived, or accepted by a person) that start at these points, as one list: a, b, weight.
// params: points LIST<STRING>
// returns: rows
// access: read
UNWIND $points AS id
MATCH (a:KnowledgePoint {id: id})-[e:RELATED_TO]->(b)
WHERE toFloatOrNull(e.weight) IS NOT NULL AND b.id IS :: STRING NOT NULL AND coalesce(e.status, 'accepted') = 'accepted'
RETURN collect([a.id, b.id, toFloatOrNull(e.weight)]) AS rows
