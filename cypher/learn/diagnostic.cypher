// A diagnostic with its items in the order asked and, when it is finished, s(0) as [point, level, uncertainty].
// params: id STRING
// returns: id, learner, course, started_at, length, finished_at, asked, levels
// access: read
MATCH (l:Learner)-[:TOOK]->(d:Diagnostic {id: $id})
RETURN d.id AS id, l.id AS learner, d.course AS course, d.startedAt AS started_at, d.finishedAt AS finished_at,
  coalesce(d.length, 30) AS length,
  [n IN range(0, size(coalesce(d.uncertainties, [])) - 1) | [d.points[n], d.after[n], d.uncertainties[n]]] AS levels,
  COLLECT {
    MATCH (d)-[a:ASKED]->(i:Item)
    RETURN [i.id, a.right]
    ORDER BY a.position
  } AS asked
