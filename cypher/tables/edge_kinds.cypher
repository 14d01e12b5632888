// Which properties of which types the relationships of each type have, and how many relationships there are.
// params: none
// returns: kind, shape, rows
// access: read
MATCH ()-[r]->()
WITH type(r) AS kind, [key IN keys(r) | [key, valueType(r[key])]] AS shape, count(*) AS rows
RETURN kind, shape, rows
