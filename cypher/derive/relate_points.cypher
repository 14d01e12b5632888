// Write the Jaccard weight between these points and those that share active resources with them, where it reaches the
// lowest threshold of a course that includes both (0.3 where none does). A pair that a person has judged is left as it is;
// an open proposal becomes what is derived. Patterns name no labels beyond the first: an
// import plans this before the database has statistics, and only walking out from the points is fast then.
// params: ids LIST<STRING>
// returns: changed
// access: write
UNWIND $ids AS id
MATCH (a:KnowledgePoint {id: id})
USING INDEX a:KnowledgePoint(id)
WITH a
MATCH (a)<-[:TEACHES]-(r)
WHERE r.status = 'active'
WITH a, r
MATCH (r)-[:TEACHES]->(b)
WHERE a <> b
WITH a, b, count(DISTINCT r) AS shared
WITH b, collect({point: a, shared: shared}) AS partners
WITH partners, b, parts.active_resources(b) AS size
UNWIND partners AS partner
WITH partner.point AS a, collect({point: b, shared: partner.shared, size: size}) AS others
WITH a, others, parts.active_resources(a) AS size
UNWIND others AS other
WITH a, other.point AS b, toFloat(other.shared) / (size + other.size - other.shared) AS weight
CALL (a, b) {
  OPTIONAL MATCH (a)<-[:INCLUDES]-(c)-[:INCLUDES]->(b)
  RETURN parts.lowest_related_at(c) AS threshold
}
WITH CASE WHEN a.id < b.id THEN a ELSE b END AS low, CASE WHEN a.id < b.id THEN b ELSE a END AS high, weight, threshold
WHERE weight >= threshold
WITH DISTINCT low, high, weight
OPTIONAL MATCH (low)-[old:RELATED_TO]-(high)
WITH low, high, weight, collect(old) AS old
WHERE none(e IN old WHERE coalesce(e.status, 'proposed') <> 'proposed'
  OR (e.status IS NULL AND coalesce(e.weight, -1.0) = weight))
MERGE (low)-[e:RELATED_TO]->(high)
SET e.weight = weight, e.status = null, e.source = null, e.evidence = null, e.proposedAt = null
RETURN count(*) AS changed
