// Accepted prerequisites of a higher level than what they lead to. Judged are the levels A1 to C2, with parts such as A1.2,
// and numbers, also after grade, year, level, stage or class; other words are not.
// params: course STRING
// returns: id, detail
// access: read
// severity: warning
// fix: turn the edge round, reject it, or set the level of one of the points right
MATCH (:Course {id: $course})-[:INCLUDES]->(after:KnowledgePoint)
MATCH (before:KnowledgePoint)-[:PREREQUISITE_OF {status: 'accepted'}]->(after)
WITH before, after, [each IN [before.level, after.level] | toUpper(trim(toStringOrNull(each)))] AS words
WITH before, after, words, [word IN words |
  CASE
    WHEN word =~ '[ABC][12]([.][0-9]+|[+])?' THEN {
      scale: 'CEFR', part: toFloatOrNull(split(word + '.', '.')[1]),
      level: toFloat(substring(word, 1, 1)) + CASE left(word, 1) WHEN 'A' THEN 0 WHEN 'B' THEN 2 ELSE 4 END
    }
    WHEN word =~ '((GRADE|YEAR|LEVEL|STAGE|CLASS) )?[0-9]+([.][0-9]+)?' THEN {
      scale: split(' ' + word, ' ')[-2], part: null, level: toFloat(split(word, ' ')[-1])
    }
  END] AS place
WHERE place[0].scale = place[1].scale AND (
  place[0].level > place[1].level OR place[0].level = place[1].level AND place[0].part > place[1].part
) AND before.id IS NOT NULL AND after.id IS NOT NULL
RETURN before.id + ' → ' + after.id AS id, words[0] + ' before ' + words[1] AS detail
ORDER BY id
