// What stands between a learner and each wanted point, when nothing can be recommended. A row a point and, where it is
// taught, a resource: the unmet prerequisites of all that the resource teaches (of the point, where nothing teaches it) as
// [prerequisite, level, needed, what it is before], and the limits that refuse it, `dismissed` where the learner refused it
// for good.
// params: learner STRING, course STRING, now DATETIME, limit INTEGER
// returns: point, resource, unmet, limits
// access: read
MATCH (l:Learner {id: $learner})
MATCH (c:Course {id: coalesce($course, l.course)})
CALL (l) {
  MATCH (l)-[a:AIMS_AT]->(g)
  RETURN collect([g, coalesce(a.level, 0.0)]) AS aims
}
CALL (l, c, aims) {
  MATCH (l)-[m:MASTERY]->(p)
  WITH c, aims, m, p, parts.days_between(m.practicedAt, $now) AS days
  WITH c, aims, m, p, parts.level(m, c, days) AS level
  RETURN
    collect([p, level]) AS levels,
    collect(CASE WHEN parts.is_met(p, m, level, c) THEN p END) AS met,
    collect(CASE WHEN parts.is_mastered(p, level, c, aims) THEN p END) AS mastered
}
CALL (l, c, aims, mastered) {
  WITH l, mastered
  MATCH (l)-[:AIMS_AT]->()<-[:PREREQUISITE_OF*0.. {status: 'accepted'}]-(k)
  WITH DISTINCT k, mastered
  WHERE NOT k IN mastered
  RETURN k
  UNION ALL
  WITH c, aims, mastered
  WHERE size(aims) = 0
  MATCH (c)-[:INCLUDES]->(k)
  WHERE NOT k IN mastered
  RETURN k
}
CALL () {
  MATCH (q:Recommendation)
  WHERE q.learner = $learner AND q.dismissedAt IS NOT NULL AND q.dismissal = 'not_for_me'
  MATCH (q)-[:CHOSE]->(r)
  RETURN collect(r) AS refused
}
WITH l, c, levels, met, refused, k
ORDER BY k.level, k.id
LIMIT $limit
OPTIONAL MATCH (k)<-[:TEACHES]-(r {status: 'active'})
CALL (c, levels, met, k, r) {
  OPTIONAL MATCH (r)-[:TEACHES]->(taught)
  WITH c, levels, met, coalesce(taught, k) AS blocked
  MATCH (blocked)<-[:PREREQUISITE_OF {status: 'accepted'}]-(p)
  WHERE NOT p IN met
  RETURN collect([p.id, coalesce(head([pair IN levels WHERE pair[0] = p | pair[1]]), 0.0),
    parts.met_at(p, c), blocked.id]) AS unmet
}
RETURN k.id AS point, r.id AS resource, unmet,
  [limit IN [
    CASE WHEN r.minutes > l.maxMinutes THEN 'max_minutes' END,
    CASE WHEN NOT coalesce(r.modality IN l.modalities, l.modalities IS NULL) THEN 'modalities' END,
    CASE WHEN r.language IS NOT NULL AND NOT coalesce(r.language IN l.languages, true) THEN 'languages' END,
    CASE WHEN r IN refused THEN 'dismissed' END
  ] WHERE limit IS NOT NULL] AS limits
