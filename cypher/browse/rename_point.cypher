// Rename a point. Its id stays: learners' records hold on to it.
// params: point STRING, name STRING
// returns: renamed
// access: write
MATCH (k:KnowledgePoint {id: $point})
SET k.name = $name
RETURN k AS renamed
