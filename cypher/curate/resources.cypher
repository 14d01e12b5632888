// The resources of a course, whole, as its files or somebody in Browser stated them, as one list: id, title, kind,
// modality, minutes, level, difficulty, url, language, text, status.
// params: course STRING
// returns: rows
// access: read
MATCH (:Course {id: $course})-[:INCLUDES]->(:KnowledgePoint)<-[:TEACHES]-(r:Resource)
WHERE $course IN coalesce(r.courses, [$course])
WITH DISTINCT r
RETURN collect([
  r.id, r.title, r.kind, r.modality, r.minutes, r.level, coalesce(r.difficulty, 0.0), r.url, r.language, r.text,
  coalesce(r.status, 'active')
]) AS rows
