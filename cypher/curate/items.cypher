// The diagnostic items of a course with the points that each assesses among the course's, as one list: id, prompt,
// answer, distractors, points, guessing, discrimination, difficulty, status.
// params: course STRING
// returns: rows
// access: read
MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)<-[e:ASSESSES]-(i:Item)
WHERE $course IN coalesce(e.courses, [$course]) AND $course IN coalesce(i.courses, [$course])
WITH i, k
ORDER BY k.id
WITH i, collect(DISTINCT k.id) AS points
RETURN collect([
  i.id, i.prompt, i.answer, i.distractors, points, coalesce(i.guessing, 0.25), coalesce(i.discrimination, 1.0),
  coalesce(i.difficulty, 0.0), coalesce(i.status, 'active')
]) AS rows
