// These points, as one list: id, name, description, domain, level, masteredAt, metAt, hours.
// params: ids LIST<STRING>
// returns: rows
// access: read
UNWIND $ids AS id
MATCH (k:KnowledgePoint {id: id})
RETURN collect([
  k.id, coalesce(toStringOrNull(k.name), k.id), toStringOrNull(k.description), toStringOrNull(k.domain),
  toStringOrNull(k.level), toFloatOrNull(k.masteredAt), toFloatOrNull(k.metAt), toFloatOrNull(k.hours)
]) AS rows
