// Every accepted prerequisite between points with ids, as one list: before, after.
// params: none
// returns: rows
// access: read
MATCH (before)-[:PREREQUISITE_OF {status: 'accepted'}]->(after)
WHERE before.id IS :: STRING NOT NULL AND after.id IS :: STRING NOT NULL
RETURN collect([before.id, after.id]) AS rows
