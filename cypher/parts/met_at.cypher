// The level from which on a point is met as a prerequisite.
// params: k NODE, c NODE
// returns: FLOAT
coalesce(toFloatOrNull($k.metAt), toFloatOrNull($c.prerequisiteAt), 0.6)
