// The level from which on a point is mastered.
// params: k NODE, c NODE
// returns: FLOAT
coalesce(toFloatOrNull($k.masteredAt), toFloatOrNull($c.masteredAt), 0.8)
