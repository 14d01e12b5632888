// Replace a learner's name, team and own properties (`own`, keys with the prefix own_). No row: no such learner.
// params: learner STRING, name STRING, team STRING, own MAP
// returns: learner
// access: write
MATCH (l:Learner {id: $learner})
SET l.locked = true
WITH l, [key IN keys(l) WHERE key STARTS WITH 'own_' AND NOT key IN keys($own)] AS gone
FOREACH (key IN gone | SET l[key] = null)
SET l += $own
SET l.name = $name, l.team = $team
RETURN l.id AS learner
