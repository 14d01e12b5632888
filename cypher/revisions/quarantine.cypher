// Set aside prerequisites that would close a cycle: they wait as proposals, with the cycle spelled out. Rows: before, after,
// cycle.
// params: rows LIST<LIST>
// returns: none
// access: write
UNWIND $rows AS row
MATCH (:KnowledgePoint {id: row[0]})-[e:PREREQUISITE_OF {status: 'accepted'}]->(:KnowledgePoint {id: row[1]})
SET e.status = 'proposed', e.quarantine = row[2], e.quarantinedAt = datetime()
