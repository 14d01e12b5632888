// Whether a point at this level is mastered and, where it is a goal (aims: pairs of point and level), at the goal's level.
// params: k NODE, level FLOAT, c NODE, aims LIST
// returns: BOOLEAN
$level >= parts.mastered_at($k, $c)
  AND none(asked IN $aims WHERE asked[0] = $k AND $level < asked[1])
