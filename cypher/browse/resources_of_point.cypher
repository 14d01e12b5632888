// What teaches a point and asks about it, with what else each of them is about.
// params: point STRING
// returns: link
// access: read
MATCH link = (:KnowledgePoint {id: $point})<-[:TEACHES|ASSESSES]-()-[:TEACHES|ASSESSES*0..1]->(:KnowledgePoint)
RETURN link
