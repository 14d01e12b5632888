// The digest of every chunk of the known state, as one list: id (table/number), number of rows, sum of their digests.
// params: none
// returns: chunks
// access: read
MATCH (n:KnownRows)
RETURN collect([n.id, n.size, n.digest]) AS chunks
