// Dismiss a recommendation whose learner is locked. Where it was said to be known, the learner's estimates of what its
// resource mainly teaches become uncertain, at least `sd`; the levels stay.
// params: id STRING, reason STRING, at DATETIME, unsure BOOLEAN, sd FLOAT
// returns: none
// access: write
MATCH (l:Learner)-[:RECEIVED]->(q:Recommendation {id: $id})
SET q.dismissedAt = $at, q.dismissal = $reason
WITH l, q
WHERE $unsure
MATCH (q)-[:CHOSE]->()-[t:TEACHES]->(k)
WHERE parts.is_primary(t)
WITH l, k
ORDER BY k.id
MATCH (l)-[m:MASTERY]->(k)
WHERE coalesce(m.uncertainty, 0.0) < $sd
SET m.uncertainty = $sd
