// Rename a point, in your name. Its id stays: learners' records hold on to it.
// params: point STRING, name STRING, by STRING
// returns: renamed
// access: write
MATCH (l:Lodestar), (k:KnowledgePoint {id: $point})
SET l.handEdits = parts.hand_edits(l, $by, $point), k.name = $name
RETURN k AS renamed
