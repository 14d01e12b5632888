// A learner's way to the goals as a table: each point in curriculum order, its mastery now, what it still waits for and how
// many goals or steps on the way it opens.
// params: learner STRING, now DATETIME
// returns: point, name, level, mastered, waits_for, opens
// access: read
// group: progress
// plot: bar x=point label=name y=level of=points
MATCH (l:Learner {id: $learner})-[:AIMS_AT]->(g:KnowledgePoint)
OPTIONAL MATCH (c:Course {id: l.course})
WITH l, c, collect(g) AS goals
UNWIND goals AS g
MATCH (g)<-[:PREREQUISITE_OF*0.. {status: 'accepted'}]-(k)
WITH l, c, collect(DISTINCT k) AS way
UNWIND way AS k
OPTIONAL MATCH (l)-[m:MASTERY]->(k)
WITH l, c, way, k, m, parts.days_between(m.practicedAt, $now) AS days
WITH c, way, k, m, coalesce(parts.level(m, c, days), 0.0) AS level
WITH c, way, collect({point: k, level: level, met: parts.is_met(k, m, level, c)}) AS states
UNWIND states AS state
WITH c, way, states, state.point AS k, state.level AS level
RETURN k.id AS point, k.name AS name, round(level, 3) AS level,
  level >= parts.mastered_at(k, c) AS mastered,
  COLLECT {
    UNWIND states AS earlier
    WITH earlier.point AS p, earlier.met AS met
    WHERE NOT met
      AND EXISTS { (p)-[:PREREQUISITE_OF {status: 'accepted'}]->(k) }
    RETURN p.id
    ORDER BY p.id
  } AS waits_for,
  COUNT { MATCH (k)-[:PREREQUISITE_OF {status: 'accepted'}]->(j) WHERE j IN way } AS opens
ORDER BY mastered DESC, size(waits_for), k.level, point
