// A diagnostic with its items in the order asked.
// params: id STRING
// returns: id, learner, course, started_at, finished_at, asked
// access: read
MATCH (l:Learner)-[:TOOK]->(d:Diagnostic {id: $id})
RETURN d.id AS id, l.id AS learner, d.course AS course, d.startedAt AS started_at, d.finishedAt AS finished_at,
  COLLECT {
    MATCH (d)-[a:ASKED]->(i:Item)
    RETURN [i.id, a.right]
    ORDER BY a.position
  } AS asked
