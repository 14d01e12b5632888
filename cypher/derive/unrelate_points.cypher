// Delete the semantic edges of these points whose Jaccard weight no longer reaches the threshold, and those that stand
// the wrong way round or twice. Edges with a status are proposals or a person's decisions: they stay, and a decision about
// a pair takes the place of what was derived.
// params: ids LIST<STRING>
// returns: changed
// access: write
UNWIND $ids AS id
MATCH (a:KnowledgePoint {id: id})
USING INDEX a:KnowledgePoint(id)
WITH a
MATCH (a)-[e:RELATED_TO]-()
WHERE e.status IS NULL
WITH DISTINCT e, startNode(e) AS a, endNode(e) AS b
WITH e, a, b,
  COUNT { MATCH (a)<-[:TEACHES]-(r)-[:TEACHES]->(b) WHERE r.status = 'active' RETURN DISTINCT r } AS shared,
  parts.active_resources(a) AS size_a, parts.active_resources(b) AS size_b
CALL (a, b) {
  OPTIONAL MATCH (a)<-[:INCLUDES]-(c)-[:INCLUDES]->(b)
  RETURN parts.lowest_related_at(c) AS threshold
}
WITH e, a, b, size_a + size_b - shared AS united, shared, threshold
WHERE a.id >= b.id OR shared = 0 OR toFloat(shared) / united < threshold
  OR EXISTS { MATCH (a)-[f:RELATED_TO]->(b) WHERE f.status IS NULL AND elementId(f) < elementId(e) }
  OR EXISTS { MATCH (a)-[f:RELATED_TO]-(b) WHERE f.status <> 'proposed' }
DELETE e
RETURN count(*) AS changed
