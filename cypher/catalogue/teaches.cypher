// Everything that the resources of these points teach, as one list: resource, point, role, importance (from the role where
// the edge has none).
// params: points LIST<STRING>, retired BOOLEAN
// returns: rows
// access: read
UNWIND $points AS id
MATCH (:KnowledgePoint {id: id})<-[:TEACHES]-(r)
WITH DISTINCT r
WHERE r.status = 'active' OR $retired
MATCH (r)-[e:TEACHES]->(k)
RETURN collect([
  r.id, k.id, e.role,
  coalesce(e.importance, CASE e.role WHEN 'supporting' THEN 0.6 WHEN 'peripheral' THEN 0.4 ELSE 1.0 END)
]) AS rows
