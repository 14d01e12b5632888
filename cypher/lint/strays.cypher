// Points, resources and items that belong to no course, as somebody drew them by hand; what is kept for learners'
// histories is left out.
// params: none
// returns: id, detail
// access: read
// severity: warning
// fix: draw INCLUDES from the course to the point, TEACHES or ASSESSES from the rest to a point, or delete it
MATCH (n:KnowledgePoint)
WHERE NOT EXISTS { (n)<-[:INCLUDES]-(:Course) } AND NOT EXISTS { (n)<-[:MASTERY|AIMS_AT]-() } AND n.id IS NOT NULL
RETURN n.id AS id, 'point ' + coalesce(toStringOrNull(n.name), '') AS detail
UNION ALL
MATCH (n:Resource)
WHERE NOT EXISTS { (n)-[:TEACHES]->(:KnowledgePoint) } AND coalesce(n.courses, '') = ''
  AND coalesce(n.status, 'active') = 'active' AND n.id IS NOT NULL
RETURN n.id AS id, 'resource ' + coalesce(toStringOrNull(n.title), '') AS detail
UNION ALL
MATCH (n:Item)
WHERE NOT EXISTS { (n)-[:ASSESSES]->(:KnowledgePoint) } AND coalesce(n.courses, '') = ''
  AND coalesce(n.status, 'active') = 'active' AND n.id IS NOT NULL
RETURN n.id AS id, 'item ' + coalesce(toStringOrNull(n.prompt), '') AS detail
