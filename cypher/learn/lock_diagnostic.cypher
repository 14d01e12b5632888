// Lock a diagnostic and its learner, in this order; setting a constant takes a lock at once.
// params: id STRING
// returns: finished
// access: write
MATCH (d:Diagnostic {id: $id})
SET d.locked = true
WITH d
MATCH (l:Learner {id: d.learner})
SET l.locked = true
RETURN d.finishedAt IS NOT NULL AS finished
