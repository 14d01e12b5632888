// Say, in your name, that one point has to be known before another, and why. Learners see the reason.
// params: before STRING, after STRING, reason STRING, by STRING
// returns: link
// access: write
MATCH (l:Lodestar), (a:KnowledgePoint {id: $before}), (b:KnowledgePoint {id: $after})
SET l.handEdits = parts.hand_edits(l, $by, $before + ' → ' + $after)
MERGE link = (a)-[e:PREREQUISITE_OF]->(b)
SET e.source = 'expert', e.status = 'accepted', e.confidence = 1.0, e.reason = $reason
RETURN link
