// The links of these points and resources, as lists of pairs, and the items that assess the points.
// params: points LIST<STRING>, resources LIST<STRING>
// returns: prerequisites, related, teaches, items
// access: read
CALL () {
  UNWIND $points AS id
  MATCH (k:KnowledgePoint {id: id})-[e:PREREQUISITE_OF]-(o:KnowledgePoint)
  WHERE o.id IS :: STRING NOT NULL
  RETURN collect(DISTINCT CASE WHEN startNode(e) = k THEN [k.id, o.id] ELSE [o.id, k.id] END) AS prerequisites
}
CALL () {
  UNWIND $points AS id
  MATCH (k:KnowledgePoint {id: id})-[e:RELATED_TO]-(o:KnowledgePoint)
  WHERE e.status IS NOT NULL AND o.id IS :: STRING NOT NULL
  RETURN collect(DISTINCT CASE WHEN startNode(e) = k THEN [k.id, o.id] ELSE [o.id, k.id] END) AS related
}
CALL () {
  UNWIND $points AS id
  MATCH (k:KnowledgePoint {id: id})<-[:TEACHES]-(r:Resource)
  WHERE r.id IS :: STRING NOT NULL
  RETURN collect(DISTINCT [r.id, k.id]) AS taught
}
CALL () {
  UNWIND $resources AS id
  MATCH (r:Resource {id: id})-[:TEACHES]->(k:KnowledgePoint)
  WHERE k.id IS :: STRING NOT NULL
  RETURN collect(DISTINCT [r.id, k.id]) AS teaching
}
CALL () {
  UNWIND $points AS id
  MATCH (:KnowledgePoint {id: id})<-[:ASSESSES]-(i:Item)
  WHERE i.id IS :: STRING NOT NULL
  RETURN collect(DISTINCT i.id) AS items
}
RETURN prerequisites, related, taught + teaching AS teaches, items
