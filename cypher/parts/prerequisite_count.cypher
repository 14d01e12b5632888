// What a point's prerequisiteCount has to be: the number of its accepted prerequisites.
// params: k NODE
// returns: INTEGER
COUNT { MATCH ($k)<-[:PREREQUISITE_OF {status: 'accepted'}]-(:KnowledgePoint) }
