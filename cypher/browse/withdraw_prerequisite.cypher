// Withdraw a prerequisite. It stays on record as rejected, so that nobody proposes it again without new evidence.
// params: before STRING, after STRING, reason STRING
// returns: link
// access: write
MATCH link = (:KnowledgePoint {id: $before})-[e:PREREQUISITE_OF]->(:KnowledgePoint {id: $after})
SET e.status = 'rejected', e.reviewReason = $reason, e.reviewedAt = datetime()
RETURN link
