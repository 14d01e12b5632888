// The semantic edges of these points that have a status (proposed or decided), as pairs of ids.
// params: ids LIST<STRING>
// returns: pairs
// access: read
UNWIND $ids AS id
MATCH (k:KnowledgePoint {id: id})-[e:RELATED_TO]-(o:KnowledgePoint)
WHERE e.status IS NOT NULL AND o.id IS :: STRING NOT NULL
RETURN collect(DISTINCT CASE WHEN startNode(e) = k THEN [k.id, o.id] ELSE [o.id, k.id] END) AS pairs
