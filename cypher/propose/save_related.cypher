// Store proposed semantic edges with their evidence; what an earlier rejection said stays to be read beside it.
// params: rows LIST<MAP>
// returns: none
// access: write
UNWIND $rows AS row
MATCH (a:KnowledgePoint {id: row.before})
MATCH (b:KnowledgePoint {id: row.after})
MERGE (a)-[e:RELATED_TO]-(b)
SET e.proposedAt = CASE WHEN e.status = 'proposed' THEN e.proposedAt ELSE datetime() END
SET e += row.numbers, e.source = 'text', e.status = 'proposed', e.evidence = row.evidence
