// These items, as one list: id, properties, and the points they assess as [id, properties of the link].
// params: ids LIST<STRING>
// returns: rows
// access: read
UNWIND $ids AS id
MATCH (i:Item {id: id})
RETURN collect([
  i.id, properties(i),
  COLLECT { MATCH (i)-[e:ASSESSES]->(k:KnowledgePoint) WHERE k.id IS :: STRING NOT NULL RETURN [k.id, properties(e)] }
]) AS rows
