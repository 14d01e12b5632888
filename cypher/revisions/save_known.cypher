// Replace chunks of the known state. Rows: id, size, digest, rows (compressed).
// params: chunks LIST<MAP>
// returns: none
// access: write
UNWIND $chunks AS chunk
MERGE (n:KnownRows {id: chunk.id})
SET n = chunk
