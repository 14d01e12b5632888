// The resources that teach any of these points, without their text, as one list: id, title, kind, modality, minutes, level,
// difficulty, url, language, status. Retired ones come only when asked for.
// params: points LIST<STRING>, retired BOOLEAN
// returns: rows
// access: read
UNWIND $points AS id
MATCH (:KnowledgePoint {id: id})<-[:TEACHES]-(r)
WITH DISTINCT r
WHERE r.status = 'active' OR $retired
RETURN collect([
  r.id, coalesce(r.title, r.id), r.kind, r.modality, coalesce(r.minutes, 10.0), r.level, coalesce(r.difficulty, 0.0),
  r.url, r.language, r.status
]) AS rows
