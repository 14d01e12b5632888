// How long a resource rests after its recommendation was dismissed: a day where it was only not the moment, else as after
// a right answer.
// params: q NODE, c NODE
// returns: DURATION
CASE WHEN $q.dismissal = 'not_now' THEN duration({days: 1}) ELSE parts.repeat_after($c) END
