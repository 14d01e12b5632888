// Courses, points, resources and items without an id, as somebody drew them by hand: nothing can be asked about them.
// `id` is Neo4j's own, for MATCH (n) WHERE elementId(n) = '…'.
// params: none
// returns: id, detail
// access: read
// severity: error
// fix: give it an id that tells what it is: SET n.id = 'english/r/our-own-podcast'
MATCH (n:Course|KnowledgePoint|Resource|Item)
WHERE coalesce(n.id, '') = ''
RETURN elementId(n) AS id,
  labels(n)[0] + ' ' + coalesce(toStringOrNull(n.name), toStringOrNull(n.title), toStringOrNull(n.prompt), '') AS detail
ORDER BY id
