// Create or change diagnostic items and what they assess, and note that a course holds them.
// params: course STRING, rows LIST<MAP>
// returns: none
// access: write
UNWIND $rows AS row
MERGE (i:Item {id: row.id})
SET i.prompt = row.prompt, i.answer = row.answer, i.distractors = row.distractors,
  i.discrimination = row.discrimination, i.difficulty = row.difficulty, i.guessing = row.guessing,
  i.status = row.status,
  i.courses = parts.courses_with(i, $course)
WITH i, row
UNWIND row.points AS point
MATCH (k:KnowledgePoint {id: point})
MERGE (i)-[e:ASSESSES]->(k)
SET e.courses = parts.courses_with(e, $course)
