// These resources with their text, retired or not, as one list: id, title, kind, modality, minutes, level, difficulty, url,
// language, status, text.
// params: ids LIST<STRING>
// returns: rows
// access: read
UNWIND $ids AS id
MATCH (r:Resource {id: id})
RETURN collect([
  r.id, coalesce(r.title, r.id), r.kind, r.modality, coalesce(r.minutes, 10.0), r.level, coalesce(r.difficulty, 0.0),
  r.url, r.language, r.status, r.text
]) AS rows
