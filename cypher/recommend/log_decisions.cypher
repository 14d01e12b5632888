// Store served decisions; one whose learner or resource has gone is left out.
// params: decisions LIST<MAP>
// returns: id
// access: write
UNWIND $decisions AS row
MATCH (l:Learner {id: row.learner})
MATCH (r:Resource {id: row.resource})
CREATE (l)-[:RECEIVED]->(q:Recommendation {id: row.id, learner: row.learner, course: row.course, at: row.at,
  policy: row.policy, version: row.version, asked: row.asked, resource: row.resource, propensity: row.propensity,
  revision: row.revision, step: row.step, goals: row.goals, goalLevels: row.goal_levels,
  place: row.place, candidates: row.candidates, kept: row.kept, qValues: row.q_values, propensities: row.propensities,
  context: row.context})-[:CHOSE]->(r)
RETURN q.id AS id
