// These points, as one list: id, name, description, domain, level, masteredAt, metAt, hours.
// params: ids LIST<STRING>
// returns: rows
// access: read
UNWIND $ids AS id
MATCH (k:KnowledgePoint {id: id})
RETURN collect([k.id, coalesce(k.name, k.id), k.description, k.domain, k.level, k.masteredAt, k.metAt, k.hours]) AS rows
