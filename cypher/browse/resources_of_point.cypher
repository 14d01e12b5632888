// What teaches a point and asks about it, with what else each of them is about.
// params: point STRING
// returns: link
// access: read
MATCH (k:KnowledgePoint {id: $point})
OPTIONAL MATCH (k)<-[:TEACHES|ASSESSES]-(about)
OPTIONAL MATCH link = (about)-[:TEACHES|ASSESSES]->(:KnowledgePoint)
RETURN coalesce(link, k) AS link
