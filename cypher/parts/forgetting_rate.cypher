// The share of a level that a course forgets a day, where a learner model gave a point no rate of its own.
// params: c NODE
// returns: FLOAT
coalesce(toFloatOrNull($c.forgetting), 0.08)
