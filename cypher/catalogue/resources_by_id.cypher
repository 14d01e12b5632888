// These resources with their text, retired or not, as one list: id, title, kind, modality, minutes, level, difficulty, url,
// language, status, text.
// params: ids LIST<STRING>
// returns: rows
// access: read
UNWIND $ids AS id
MATCH (r:Resource {id: id})
RETURN collect([
  r.id, coalesce(toStringOrNull(r.title), r.id), coalesce(toStringOrNull(r.kind), 'lesson'),
  coalesce(toStringOrNull(r.modality), 'text'), CASE WHEN toFloatOrNull(r.minutes) > 0 THEN toFloatOrNull(r.minutes) ELSE 10.0 END,
  toStringOrNull(r.level), coalesce(toFloatOrNull(r.difficulty), 0.0),
  toStringOrNull(r.url), toStringOrNull(r.language), r.status, toStringOrNull(r.text)
]) AS rows
