// A stored decision by the id of one of its recommendations.
// params: id STRING
// returns: decision
// access: read
MATCH (q:Recommendation {id: $id})
RETURN properties(q) AS decision
