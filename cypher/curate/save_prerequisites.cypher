// Create or change prerequisites and note that a course states them.
// params: course STRING, rows LIST<MAP>
// returns: none
// access: write
UNWIND $rows AS row
MATCH (before:KnowledgePoint {id: row.before})
MATCH (after:KnowledgePoint {id: row.after})
MERGE (before)-[e:PREREQUISITE_OF]->(after)
SET e.reason = row.reason, e.source = row.source, e.status = row.status, e.confidence = row.confidence,
  e.support = row.support, e.lift = row.lift, e.pValue = row.p_value,
  e.courses = parts.courses_with(e, $course)
