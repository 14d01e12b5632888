// A learner with goals and limits, without mastery; no row when there is none.
// params: learner STRING
// returns: id, name, team, own, course, created_at, answers, success, max_minutes, modalities, languages, goals
// access: read
MATCH (l:Learner {id: $learner})
RETURN l.id AS id, l.name AS name, l.team AS team, [key IN keys(l) WHERE key STARTS WITH 'own_' | [key, l[key]]] AS own,
  l.course AS course, l.createdAt AS created_at, coalesce(l.answers, 0) AS answers,
  parts.success(l) AS success, l.maxMinutes AS max_minutes, l.modalities AS modalities,
  l.languages AS languages,
  COLLECT {
    MATCH (l)-[a:AIMS_AT]->(g)
    RETURN [g.id, coalesce(a.level, 0.0), a.dueAt]
    ORDER BY g.id
  } AS goals
