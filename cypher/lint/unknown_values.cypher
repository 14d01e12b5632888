// Kinds, modalities, roles and statuses that Lodestar does not know; `detail` names the property.
// params: course STRING
// returns: id, detail
// access: read
// severity: error
// fix: choose one of the words in docs/curating.md
CALL () {
  MATCH (:Course {id: $course})-[:INCLUDES]->(:KnowledgePoint)<-[:TEACHES]-(r:Resource)
  WITH DISTINCT r
  RETURN r.id AS id, [
    CASE WHEN NOT r.kind IN ['lesson', 'practice', 'reading', 'video', 'test', ''] THEN 'kind' END,
    CASE WHEN NOT r.modality IN ['text', 'audio', 'video', 'interactive', ''] THEN 'modality' END,
    CASE WHEN NOT r.status IN ['active', 'retired', ''] THEN 'status' END
  ] AS names
  UNION ALL
  MATCH (:Course {id: $course})-[:INCLUDES]->(:KnowledgePoint)<-[:ASSESSES]-(i:Item)
  WITH DISTINCT i
  RETURN i.id AS id, [CASE WHEN NOT i.status IN ['active', 'retired', ''] THEN 'status' END] AS names
  UNION ALL
  MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)<-[e:TEACHES]-(r:Resource)
  WHERE NOT e.role IN ['primary', 'supporting', 'peripheral', '']
  RETURN r.id + ' → ' + k.id AS id, ['role'] AS names
  UNION ALL
  MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)<-[e:PREREQUISITE_OF]-(before:KnowledgePoint)
  WHERE NOT e.status IN ['accepted', 'proposed', 'rejected', '']
  RETURN before.id + ' → ' + k.id AS id, ['status'] AS names
}
WITH id, [name IN names WHERE name IS NOT NULL] AS names
WHERE size(names) > 0 AND id IS NOT NULL
RETURN id, parts.joined(names) AS detail
ORDER BY id
