// Everything that the resources of these points teach, as one list: resource, point, role, importance (from the role where
// the edge has none).
// params: points LIST<STRING>, retired BOOLEAN
// returns: rows
// access: read
UNWIND $points AS id
MATCH (:KnowledgePoint {id: id})<-[:TEACHES]-(r)
WITH DISTINCT r
WHERE (r.status = 'active' OR $retired) AND r.id IS :: STRING NOT NULL
MATCH (r)-[e:TEACHES]->(k)
WHERE k.id IS :: STRING NOT NULL
WITH r, e, k, toFloatOrNull(e.importance) AS importance
RETURN collect([
  r.id, k.id, coalesce(toStringOrNull(e.role), 'primary'),
  coalesce(CASE WHEN importance >= 0 AND importance <= 1 THEN importance END, CASE e.role WHEN 'supporting' THEN 0.6 WHEN 'peripheral' THEN 0.4 ELSE 1.0 END)
]) AS rows
