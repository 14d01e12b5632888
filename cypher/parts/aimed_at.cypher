// The level at which a goal (a, an AIMS_AT) is reached: its own, or the point's mastered one.
// params: a RELATIONSHIP, k NODE, c NODE
// returns: FLOAT
CASE WHEN $a.level > 0 THEN $a.level ELSE parts.mastered_at($k, $c) END
