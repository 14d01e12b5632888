// A learner's running share of right answers; ½ before the first.
// params: l NODE
// returns: FLOAT
coalesce($l.success, 0.5)
