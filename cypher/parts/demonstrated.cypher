// The level of a point that a learner's own answers showed, without forgetting; before it was stored, the level itself.
// params: m RELATIONSHIP
// returns: FLOAT
coalesce($m.demonstrated, CASE WHEN $m.attempts > 0 THEN $m.level END, 0.0)
