// Lock a diagnostic and its learner, in this order; setting a property to itself takes a lock and changes nothing.
// params: id STRING
// returns: finished
// access: write
MATCH (d:Diagnostic {id: $id})
SET d.startedAt = d.startedAt
WITH d
MATCH (l:Learner {id: d.learner})
SET l.step = coalesce(l.step, 0)
RETURN d.finishedAt IS NOT NULL AS finished
