// A learner's level of a point now, from what is stored (m, a MASTERY) and the days since it was practised.
// params: m RELATIONSHIP, c NODE, days FLOAT
// returns: FLOAT
$m.level * parts.kept_share(coalesce($m.decay, parts.forgetting_rate($c)), $days)
