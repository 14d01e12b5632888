// A served decision with the first outcome that followed it.
// params: id STRING
// returns: decision, outcome, right, reward
// access: read
MATCH (q:Recommendation {id: $id})
OPTIONAL MATCH (q)<-[:FOLLOWED]-(i:Interaction)
WITH q, i
ORDER BY i.step
LIMIT 1
RETURN properties(q) AS decision, i.id AS outcome, i.right AS right, i.reward AS reward
