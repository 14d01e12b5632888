// Active resources of the course that teach no point: they are never recommended.
// params: course STRING
// returns: id, detail
// access: read
// severity: warning
// fix: draw TEACHES to the point it is for, or set its status to 'retired'
MATCH (r:Resource)
WHERE NOT EXISTS { (r)-[:TEACHES]->(:KnowledgePoint) } AND coalesce(r.status, 'active') = 'active'
  AND $course IN split(coalesce(r.courses, ''), ' ') AND r.id IS NOT NULL
RETURN r.id AS id, coalesce(toStringOrNull(r.title), '') AS detail
ORDER BY id
