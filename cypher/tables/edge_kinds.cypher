// Which properties of which types the relationships of each type have, the first label of their sources, and how many there
// are.
// params: none
// returns: kind, source, shape, rows
// access: read
MATCH (a)-[r]->()
WITH type(r) AS kind, labels(a)[0] AS source, [key IN keys(r) | [key, valueType(r[key])]] AS shape, count(*) AS rows
RETURN kind, source, shape, rows
