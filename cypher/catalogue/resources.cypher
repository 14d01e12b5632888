// The resources that teach any of these points, without their text, as one list: id, title, kind, modality, minutes, level,
// difficulty, url, language, status. Retired ones come only when asked for.
// params: points LIST<STRING>, retired BOOLEAN
// returns: rows
// access: read
UNWIND $points AS id
MATCH (:KnowledgePoint {id: id})<-[:TEACHES]-(r)
WITH DISTINCT r
WHERE (r.status = 'active' OR $retired) AND r.id IS :: STRING NOT NULL
RETURN collect([
  r.id, coalesce(toStringOrNull(r.title), r.id), coalesce(toStringOrNull(r.kind), 'lesson'),
  coalesce(toStringOrNull(r.modality), 'text'), CASE WHEN toFloatOrNull(r.minutes) > 0 THEN toFloatOrNull(r.minutes) ELSE 10.0 END,
  toStringOrNull(r.level), coalesce(toFloatOrNull(r.difficulty), 0.0),
  toStringOrNull(r.url), toStringOrNull(r.language), r.status
]) AS rows
