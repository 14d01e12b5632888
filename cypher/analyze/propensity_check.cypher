// Whether the logged propensities can be trusted: each list sums to one, the chosen one agrees with its list, and the mean
// of 1 / propensity comes near the mean number of candidates that could be chosen.
// params: course STRING
// returns: policy, version, decisions, wrong_sums, disagreeing, mean_inverse, mean_choices, smallest
// access: read
// group: policies
MATCH (q:Recommendation {course: $course})
WITH q, reduce(total = 0.0, p IN q.propensities | total + p) AS total,
  [n IN range(0, size(q.candidates) - 1) WHERE q.candidates[n] = q.resource | q.propensities[n]][0] AS listed,
  size([p IN q.propensities WHERE p > 0]) AS choices
RETURN q.policy AS policy, q.version AS version, count(q) AS decisions,
  sum(CASE WHEN abs(total - 1) > 0.001 THEN 1 ELSE 0 END) AS wrong_sums,
  sum(CASE WHEN listed IS NULL OR abs(listed - q.propensity) > 0.001 THEN 1 ELSE 0 END) AS disagreeing,
  round(avg(CASE WHEN q.propensity > 0 THEN 1 / q.propensity END), 3) AS mean_inverse,
  round(avg(choices), 3) AS mean_choices, min(q.propensity) AS smallest
ORDER BY policy, version
