// Chunks of the known state of the curated graph, as one list: id (table/number), rows.
// params: ids LIST<STRING>
// returns: chunks
// access: read
UNWIND $ids AS id
MATCH (n:KnownRows {id: id})
RETURN collect([n.id, n.rows]) AS chunks
