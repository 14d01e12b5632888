// Points with the name, and active resources with the title, of another one of the course, whatever their case and blanks;
// `detail` is the first that has it.
// params: course STRING
// returns: id, detail
// access: read
// severity: warning
// fix: say in the name what is different, or merge the two
CALL () {
  MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)
  RETURN 'point' AS kind, k.id AS id, toStringOrNull(k.name) AS title
  UNION
  MATCH (:Course {id: $course})-[:INCLUDES]->(:KnowledgePoint)<-[:TEACHES]-(r:Resource {status: 'active'})
  RETURN 'resource' AS kind, r.id AS id, toStringOrNull(r.title) AS title
}
WITH kind, id, replace(replace(replace(toLower(title), '\t', ' '), '\n', ' '), '\u00A0', ' ') AS title
WHERE id IS NOT NULL AND trim(title) <> ''
WITH kind, id, [word IN split(title, ' ') WHERE word <> ''] AS words
ORDER BY id
WITH kind, words, collect(id) AS ids
UNWIND ids[1..] AS id
RETURN id, ids[0] AS detail
ORDER BY id
