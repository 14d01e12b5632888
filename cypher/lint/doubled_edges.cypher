// Arrows that were drawn twice between the same two ends; counts and candidates see both.
// params: course STRING
// returns: id, detail
// access: read
// severity: warning
// fix: delete all but one of them
MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)<-[e:PREREQUISITE_OF|TEACHES|ASSESSES]-(n)
WITH n, k, type(e) AS kind, count(*) AS times
WHERE times > 1 AND n.id IS NOT NULL AND k.id IS NOT NULL
RETURN n.id + ' → ' + k.id AS id, kind + ' ' + times + ' times' AS detail
ORDER BY id
