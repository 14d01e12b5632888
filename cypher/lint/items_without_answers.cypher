// Active items that cannot be answered fairly: without an answer, without a distractor or with an empty one, with the
// answer among the distractors, or without a point that they assess.
// params: course STRING
// returns: id, detail
// access: read
// severity: error
// fix: fill in the answer, write at least one wrong one, draw ASSESSES to a point; or set the status to 'retired'
CALL () {
  MATCH (:Course {id: $course})-[:INCLUDES]->(:KnowledgePoint)<-[:ASSESSES]-(i:Item)
  RETURN i
  UNION
  MATCH (i:Item)
  WHERE $course IN split(coalesce(i.courses, ''), ' ')
  RETURN i
}
WITH i, CASE WHEN valueType(i.distractors) STARTS WITH 'LIST' THEN i.distractors ELSE [] END AS wrong
WHERE i.id IS NOT NULL AND coalesce(i.status, 'active') = 'active'
WITH i, [
  CASE WHEN coalesce(i.answer, '') = '' THEN 'no answer' END,
  CASE WHEN size(wrong) = 0 THEN size(wrong) + ' distractors' END,
  CASE WHEN '' IN wrong THEN 'an empty distractor' END,
  CASE WHEN i.answer IN wrong THEN 'the answer is a distractor' END,
  CASE WHEN NOT EXISTS { (i)-[:ASSESSES]->(:KnowledgePoint) } THEN 'no point' END
] AS faults
WITH i, [fault IN faults WHERE fault IS NOT NULL] AS faults
WHERE size(faults) > 0
RETURN i.id AS id, reduce(text = faults[0], fault IN faults[1..] | text + ', ' + fault) AS detail
ORDER BY id
