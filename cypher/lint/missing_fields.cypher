// What a node or an arrow must say and does not, as somebody drew it by hand; `detail` names the properties. A resource or
// an item without a status is not served, a prerequisite without one gates nothing.
// params: course STRING
// returns: id, detail
// access: read
// severity: error
// fix: SET the property
CALL () {
  MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)
  RETURN k.id AS id, [field IN ['name'] WHERE coalesce(k[field], '') = ''] AS missing
  UNION ALL
  MATCH (:Course {id: $course})-[:INCLUDES]->(:KnowledgePoint)<-[:TEACHES]-(r:Resource)
  WITH DISTINCT r
  RETURN r.id AS id,
    [field IN ['title', 'kind', 'modality', 'minutes', 'status'] WHERE coalesce(r[field], '') = ''] AS missing
  UNION ALL
  MATCH (:Course {id: $course})-[:INCLUDES]->(:KnowledgePoint)<-[:ASSESSES]-(i:Item)
  WITH DISTINCT i
  RETURN i.id AS id, [field IN ['prompt', 'status'] WHERE coalesce(i[field], '') = ''] AS missing
  UNION ALL
  MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)<-[e:TEACHES]-(r:Resource)
  WHERE coalesce(e.role, '') = ''
  RETURN r.id + ' → ' + k.id AS id, ['role'] AS missing
  UNION ALL
  MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)<-[e:PREREQUISITE_OF]-(before:KnowledgePoint)
  WHERE coalesce(e.status, '') = ''
  RETURN before.id + ' → ' + k.id AS id, ['status'] AS missing
}
WITH id, missing
WHERE size(missing) > 0 AND id IS NOT NULL
RETURN id, parts.joined(missing) AS detail
ORDER BY id
