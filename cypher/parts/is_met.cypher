// Whether a point is met as a prerequisite: at this level, or once demonstrated (m, a MASTERY), which the profile paper
// does not count.
// params: k NODE, m RELATIONSHIP, level FLOAT, c NODE
// returns: BOOLEAN
CASE
  WHEN coalesce($c.profile, 'default') <> 'paper' AND parts.demonstrated($m) > $level THEN parts.demonstrated($m)
  ELSE $level
END >= parts.met_at($k, $c)
