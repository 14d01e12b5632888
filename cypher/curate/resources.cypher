// The resources of a course, whole, as its files or somebody in Browser stated them, as one list: id, title, kind,
// modality, minutes, level, difficulty, url, language, text, status.
// params: course STRING
// returns: rows
// access: read
MATCH (:Course {id: $course})-[:INCLUDES]->(:KnowledgePoint)<-[:TEACHES]-(r:Resource)
WHERE $course IN split(coalesce(r.courses, $course), ' ') AND r.id IS NOT NULL
WITH DISTINCT r
RETURN collect([
  r.id, r.title, r.kind, r.modality, r.minutes, r.level, r.difficulty, r.url, r.language, r.text, r.status
]) AS rows
