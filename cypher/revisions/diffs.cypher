// What these revisions changed, as one list: number, diff (compressed).
// params: first INTEGER, last INTEGER
// returns: rows
// access: read
MATCH (v:Revision)
WHERE v.number >= $first AND v.number <= $last
WITH v
ORDER BY v.number
RETURN collect([v.number, v.diff]) AS rows
