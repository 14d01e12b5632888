// How long a resource rests after any answer.
// params: c NODE
// returns: DURATION
duration({days: coalesce(toFloatOrNull($c.retryAfterDays), 1)})
