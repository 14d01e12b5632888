// Whether a learner's level of a goal ever came to what they aim at, and in how many steps and minutes; a row.
// params: l NODE, g NODE, aim FLOAT
// returns: reached, steps_taken, minutes
MATCH ($l)-[:DID]->(i:Interaction)
OPTIONAL MATCH (i)-[:ON]->(r:Resource)
WITH $g, $aim, i, coalesce(i.minutes, r.minutes, 0.0) AS minutes
ORDER BY i.step
WITH $g, $aim, collect({minutes: minutes, level: [n IN range(0, size(i.points) - 1)
  WHERE i.points[n] = $g.id | i.after[n]][0]}) AS steps
WITH steps, [n IN range(0, size(steps) - 1) WHERE steps[n].level >= $aim][0] AS there
RETURN there IS NOT NULL AS reached, there + 1 AS steps_taken,
  reduce(total = 0.0, step IN steps[..there + 1] | total + step.minutes) AS minutes
