// What a learner can study now, with everything the policy needs to choose, in one row: resources that teach a wanted
// point (on the way to the goals, below its threshold), have every accepted prerequisite of every point they teach met
// (at its level, or once demonstrated), fit the learner's limits, and were not refused for good. Those that rest, because
// they were done or dismissed lately or were failed twice where something else teaches the point, are left out as long as
// there are others: nobody waits where all that is lacking is another try. No row: no such learner or course.
// Points come by level and id, at most `per_point` resources of each by importance and id, `limit` in all. Decay is
// applied on reading. Without goals the whole course is wanted, found by walking out from what is met.
// params: learner STRING, course STRING, now DATETIME, per_point INTEGER, limit INTEGER
// returns: learner, course, revision, step, answers, success, goals, max_minutes, modalities, languages, points, levels,
// days, uncertainties, demonstrated, dismissed, refused, resources
// access: read
MATCH (l:Learner {id: $learner})
MATCH (c:Course {id: coalesce($course, l.course)})
CALL (l) {
  MATCH (l)-[a:AIMS_AT]->(g)
  RETURN collect([g, coalesce(a.level, 0.0), a.dueAt]) AS aims
}
CALL (l, c, aims) {
  MATCH (l)-[m:MASTERY]->(p)
  WITH c, aims, m, p, parts.days_between(m.practicedAt, $now) AS days
  WITH c, aims, m, p, days, parts.level(m, c, days) AS level
  RETURN
    collect(p.id) AS points,
    collect(level) AS levels,
    collect(days) AS days,
    collect(m.uncertainty) AS uncertainties,
    collect(parts.demonstrated(m)) AS demonstrated,
    collect(CASE WHEN parts.is_met(p, m, level, c) THEN p END) AS met,
    collect(CASE WHEN parts.is_mastered(p, level, c, aims) THEN p END) AS mastered
}
CALL (c) {
  MATCH (i:Interaction)
  WHERE i.learner = $learner AND i.right
    AND i.at > $now - parts.repeat_after(c)
  MATCH (i)-[:ON]->(r:Resource)
  RETURN collect(r) AS done
}
CALL (c) {
  MATCH (i:Interaction)
  WHERE i.learner = $learner AND i.at > $now - parts.retry_after(c)
  MATCH (i)-[:ON]->(r:Resource)
  RETURN collect(r) AS tried
}
CALL () {
  MATCH (i:Interaction)
  WHERE i.learner = $learner AND i.at > $now - duration({days: 30})
  MATCH (i)-[:ON]->(r:Resource)
  WITH r, i
  ORDER BY i.at DESC, i.step DESC
  WITH r, collect(i.right)[..2] AS latest
  RETURN collect(CASE WHEN latest = [false, false] THEN r END) AS failed
}
CALL (c) {
  MATCH (q:Recommendation)
  WHERE q.learner = $learner AND q.dismissedAt IS NOT NULL
  MATCH (q)-[:CHOSE]->(r)
  RETURN
    collect(CASE WHEN q.dismissal <> 'not_for_me' AND q.dismissedAt > $now - parts.rest_after_dismissal(q, c) THEN r END)
      AS dismissed,
    collect(CASE WHEN q.dismissal = 'not_for_me' THEN r END) AS refused
}
CALL (l, c, aims, met, mastered) {
  CALL (l, c, aims, met, mastered) {
    WITH l, met, mastered
    MATCH (l)-[:AIMS_AT]->()<-[:PREREQUISITE_OF*0.. {status: 'accepted'}]-(k)
    WITH DISTINCT k, met, mastered
    WHERE NOT k IN mastered AND NOT parts.is_blocked(k, met)
    RETURN k
    ORDER BY k.level, k.id
    UNION ALL
    WITH c, aims, met, mastered
    WHERE size(aims) = 0
    UNWIND met AS q
    MATCH (q)-[:PREREQUISITE_OF {status: 'accepted'}]->(k)
    WITH DISTINCT k, c, met, mastered
    WHERE NOT k IN mastered AND EXISTS { (c)-[:INCLUDES]->(k) }
      AND NOT parts.is_blocked(k, met)
    RETURN k
    ORDER BY k.level, k.id
    UNION ALL
    WITH c, aims, met, mastered
    UNWIND CASE WHEN size(aims) = 0 THEN [0] ELSE [] END AS none
    MATCH (k:KnowledgePoint)
    WHERE k.prerequisiteCount = none AND k.id >= ''
    WITH k, c, met, mastered
    ORDER BY k.prerequisiteCount, k.id
    WHERE NOT k IN mastered AND EXISTS { (c)-[:INCLUDES]->(k) }
      AND NOT parts.is_blocked(k, met)
    RETURN k
  }
  RETURN collect(k) AS open
}
WITH l, c, aims, points, levels, days, uncertainties, demonstrated, met, failed, open, dismissed, refused,
  done + tried + dismissed AS resting
CALL (l, met, resting, refused, failed, open) {
  UNWIND open AS k
  CALL (l, k, open, met, resting, refused, failed) {
    MATCH (k)<-[t:TEACHES]-(r)
    WHERE NOT r IN resting AND NOT r IN refused AND parts.is_feasible(r, l, open, met)
      AND NOT (r IN failed AND EXISTS { (k)<-[:TEACHES]-(other)
        WHERE NOT other IN resting AND NOT other IN refused AND NOT other IN failed
          AND parts.is_feasible(other, l, open, met) })
    RETURN r.id AS id
    ORDER BY t.importance DESC, id
    LIMIT $per_point
  }
  WITH DISTINCT id
  LIMIT $limit
  RETURN collect(id) AS rested
}
CALL (l, met, open, refused, rested) {
  UNWIND CASE WHEN size(rested) = 0 THEN open ELSE [] END AS k
  CALL (l, k, open, refused, met) {
    MATCH (k)<-[t:TEACHES]-(r)
    WHERE NOT r IN refused AND parts.is_feasible(r, l, open, met)
    RETURN r.id AS id
    ORDER BY t.importance DESC, id
    LIMIT $per_point
  }
  WITH DISTINCT id
  LIMIT $limit
  RETURN collect(id) AS again
}
OPTIONAL MATCH (lodestar:Lodestar {id: 'lodestar'})
RETURN l.id AS learner, c.id AS course, coalesce(lodestar.revision, 0) AS revision, coalesce(l.step, 0) AS step,
  coalesce(l.answers, 0) AS answers, parts.success(l) AS success,
  [aim IN aims | [aim[0].id, aim[1], aim[2]]] AS goals, l.maxMinutes AS max_minutes, l.modalities AS modalities,
  l.languages AS languages, points, levels, days,
  uncertainties, demonstrated, [r IN dismissed | r.id] AS dismissed, [r IN refused | r.id] AS refused,
  rested + again AS resources
