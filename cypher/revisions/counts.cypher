// How many nodes and links there are (from Neo4j's count store) and how many are known, by table; `beside` counts the links
// that stand in the rows of their nodes.
// params: none
// returns: revision, counts, sizes, beside
// access: read
OPTIONAL MATCH (l:Lodestar)
CALL () {
  MATCH (n:KnownRows)
  WITH split(n.id, '/')[0] AS name, sum(n.size) AS size
  RETURN collect([name, size]) AS sizes
}
RETURN coalesce(l.revision, 0) AS revision, sizes,
  [
    ['courses', COUNT { (:Course) }], ['points', COUNT { (:KnowledgePoint) }], ['resources', COUNT { (:Resource) }],
    ['items', COUNT { (:Item) }], ['prerequisites', COUNT { ()-[:PREREQUISITE_OF]->() }],
    ['teaches', COUNT { ()-[:TEACHES]->() }]
  ] AS counts,
  [COUNT { ()-[:INCLUDES]->() }, COUNT { ()-[:ASSESSES]->() }] AS beside
