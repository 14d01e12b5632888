// Whether the logged propensities can be trusted: each list sums to one, what is logged for each place of a slate agrees with
// the list (a later place with its share of what the places before it left), and the mean of 1 / propensity of the first
// places comes near the mean number of candidates that could be chosen.
// params: course STRING
// returns: policy, version, decisions, places, wrong_sums, disagreeing, mean_inverse, mean_choices, smallest
// access: read
// group: policies
MATCH (q:Recommendation {course: $course})
WITH q.policy AS policy, q.version AS version, q.learner AS learner, q.at AS at, q.step AS step, collect(q) AS slate
WITH policy, version, slate[0].propensities AS listed, [q IN slate | {logged: q.propensity,
  share: [n IN range(0, size(q.candidates) - 1) WHERE q.candidates[n] = q.resource | q.propensities[n]][0]}] AS places
// The places are found in order: the next is one whose logged value is its share of what is left.
WITH policy, version, listed, places, reduce(state = {left: 1.0, open: places, first: null}, turn IN places |
  [next IN [[n IN range(0, size(state.open) - 1) WHERE abs(state.open[n].logged - CASE
      WHEN state.left <= 0.000001 OR state.open[n].share > state.left THEN 1.0
      ELSE state.open[n].share / state.left
    END) <= 0.001 + CASE WHEN state.left > 0.000001 THEN 0.000001 / state.left ELSE 0.0 END][0]] |
    CASE
      WHEN next IS NULL THEN state
      ELSE {left: state.left - state.open[next].share, open: state.open[..next] + state.open[next + 1..],
        first: coalesce(state.first, state.open[next].logged)}
    END][0]) AS checked
RETURN policy, version, count(*) AS decisions, sum(size(places)) AS places,
  sum(CASE WHEN abs(reduce(total = 0.0, p IN listed | total + p) - 1) > 0.001 THEN 1 ELSE 0 END) AS wrong_sums,
  sum(size(checked.open)) AS disagreeing, round(avg(CASE WHEN checked.first > 0 THEN 1 / checked.first END), 3) AS mean_inverse,
  round(avg(size([p IN listed WHERE p > 0])), 3) AS mean_choices,
  min(reduce(smallest = 1.0, place IN places | CASE WHEN place.logged < smallest THEN place.logged ELSE smallest END))
    AS smallest
ORDER BY policy, version
