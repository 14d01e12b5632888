// How long a point takes, from a learner's first own answer on it to the threshold, those who have not got there counted too:
// medians by Kaplan and Meier over all who answered it themselves and began below. A level that is only passed on from other
// points counts nobody. A learner who is still on the way counts as not there until their latest answer on anything. No
// median where fewer than half would have got there.
// params: course STRING, limit INTEGER
// returns: point, name, learners, reached, median_answers, median_days
// access: read
// group: points
// plot: bar x=point label=name y=median_answers n=learners of=points
MATCH (i:Interaction)
WITH i.learner AS learner, max(i.at) AS last, collect(i) AS own
UNWIND own AS i
CALL (i) {
  UNWIND i.points AS point
  RETURN point, false AS answered
  UNION ALL
  MATCH (i)-[:ON]->()-[:TEACHES|ASSESSES]->(k:KnowledgePoint)
  RETURN k.id AS point, true AS answered
}
WITH learner, last, i, point, max(answered) AS answered, [n IN range(0, size(i.points) - 1) WHERE i.points[n] = point][0] AS n
MATCH (c:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint {id: point})
WITH c, k, learner, last, i, i.before[n] AS before, i.after[n] AS after, answered
ORDER BY i.step
WITH k, parts.mastered_at(k, c) AS threshold, learner, last,
  collect({at: i.at, before: before, after: after, answered: answered}) AS changes
WITH k, threshold, last, changes, [n IN range(0, size(changes) - 1) WHERE changes[n].answered][0] AS began
WHERE began IS NOT NULL
  AND coalesce([each IN changes[began..] WHERE each.before IS NOT NULL | each.before][0], 0.0) < threshold
WITH k, threshold, last, changes[began..] AS steps
WITH k, steps, last, [n IN range(0, size(steps) - 1) WHERE steps[n].after >= threshold][0] AS reached
WITH k, size([step IN steps[..coalesce(reached + 1, size(steps))] WHERE step.answered]) AS answers,
  reached IS NOT NULL AS there, CASE WHEN reached IS NULL THEN last ELSE steps[reached].at END AS ended,
  steps[0].at AS began
WITH k, collect({answers: answers, days: parts.days_between(began, ended), there: there}) AS everyone
CALL (everyone) {
  UNWIND everyone AS one
  WITH one
  ORDER BY one.answers, one.there DESC
  WITH collect(one) AS line
  RETURN reduce(state = {left: 1.0, median: null}, n IN range(0, size(line) - 1) |
    CASE
      WHEN state.median IS NOT NULL OR NOT line[n].there THEN state
      WHEN state.left * (1 - 1.0 / (size(line) - n)) <= 0.5000001 THEN {left: 0.0, median: line[n].answers}
      ELSE {left: state.left * (1 - 1.0 / (size(line) - n)), median: null}
    END).median AS median_answers
}
CALL (everyone) {
  UNWIND everyone AS one
  WITH one
  ORDER BY one.days, one.there DESC
  WITH collect(one) AS line
  RETURN reduce(state = {left: 1.0, median: null}, n IN range(0, size(line) - 1) |
    CASE
      WHEN state.median IS NOT NULL OR NOT line[n].there THEN state
      WHEN state.left * (1 - 1.0 / (size(line) - n)) <= 0.5000001 THEN {left: 0.0, median: line[n].days}
      ELSE {left: state.left * (1 - 1.0 / (size(line) - n)), median: null}
    END).median AS median_days
}
RETURN k.id AS point, k.name AS name, size(everyone) AS learners, size([one IN everyone WHERE one.there]) AS reached,
  median_answers, round(median_days, 2) AS median_days
ORDER BY median_answers IS NOT NULL, median_answers DESC, learners DESC, point
LIMIT $limit
