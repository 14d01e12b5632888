// Which properties of which types the nodes of each label have, and how many nodes there are.
// params: none
// returns: kind, source, shape, rows
// access: read
MATCH (n)
UNWIND labels(n) AS kind
WITH kind, [key IN keys(n) | [key, valueType(n[key])]] AS shape, count(*) AS rows
RETURN kind, kind AS source, shape, rows
