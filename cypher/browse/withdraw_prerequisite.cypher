// Withdraw a prerequisite, in your name. It stays on record as rejected, so that nobody proposes it again without new
// evidence.
// params: before STRING, after STRING, reason STRING, by STRING
// returns: link
// access: write
MATCH (l:Lodestar), (a:KnowledgePoint {id: $before}), (b:KnowledgePoint {id: $after})
OPTIONAL MATCH link = (a)-[e:PREREQUISITE_OF]->(b)
SET e.status = 'rejected', e.reviewReason = $reason, e.reviewedBy = $by, e.reviewedAt = datetime()
SET l.handEdits = parts.hand_edits(l, $by, $before + ' → ' + $after)
RETURN coalesce(link, 'There is no prerequisite ' + $before + ' → ' + $after + '.') AS link
