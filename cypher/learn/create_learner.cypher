// Add a learner; no row when the course is unknown.
// params: learner STRING, course STRING, now DATETIME, max_minutes FLOAT, modalities LIST<STRING>, languages LIST<STRING>
// returns: learner
// access: write
OPTIONAL MATCH (c:Course {id: $course})
WITH c
WHERE $course IS NULL OR c IS NOT NULL
CREATE (l:Learner {id: $learner, createdAt: $now, course: $course, step: 0, answers: 0, success: 0.5})
SET l.maxMinutes = $max_minutes, l.modalities = $modalities, l.languages = $languages
RETURN l.id AS learner
