// Every prerequisite there is, whoever states it and whatever was said of it, as one list: before, after, status,
// source, evidence, support and p-value (those that it was last rejected on, where it was).
// params: none
// returns: rows
// access: read
MATCH (a:KnowledgePoint)-[e:PREREQUISITE_OF]->(b:KnowledgePoint)
RETURN collect([
  a.id, b.id, e.status, e.source, e.evidence, coalesce(e.rejectedSupport, e.support),
  coalesce(e.rejectedPValue, e.pValue)
]) AS rows
