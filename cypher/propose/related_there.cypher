// Every semantic edge at these points, derived, proposed or judged, as one list: a, b, status, source, evidence,
// weight (the one that it was last rejected on, where it was).
// params: points LIST<STRING>
// returns: rows
// access: read
UNWIND $points AS id
MATCH (:KnowledgePoint {id: id})-[e:RELATED_TO]-()
WITH DISTINCT e
RETURN collect([
  startNode(e).id, endNode(e).id, e.status, e.source, e.evidence, coalesce(e.rejectedWeight, e.weight)
]) AS rows
