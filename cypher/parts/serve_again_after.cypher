// How long a recommended resource rests that nobody answered.
// params: c NODE
// returns: DURATION
duration({hours: coalesce(toFloatOrNull($c.recentHours), 1)})
