// How long a resource rests after a right answer.
// params: c NODE
// returns: DURATION
duration({days: coalesce(toFloatOrNull($c.repeatAfterDays), 14)})
