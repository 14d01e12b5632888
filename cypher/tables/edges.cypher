// The relationships of a type, those of one source together: labels and ids of both ends, properties in the order asked
// for, moments as microseconds since 1970 (they cross the wire many times faster so).
// params: kind STRING, sources LIST<STRING>, columns LIST<STRING>, moments LIST<STRING>
// returns: rows
// access: read
MATCH (a)
WHERE labels(a)[0] IN $sources
CALL (a) {
  MATCH (a)-[r:$($kind)]->(b)
  RETURN collect([coalesce(a.id, elementId(a)), labels(a)[0], coalesce(b.id, elementId(b)), labels(b)[0],
    [key IN $columns | r[key]], [key IN $moments | r[key].epochSeconds * 1000000 + r[key].microsecond]]) AS rows
}
WITH rows
WHERE size(rows) > 0
RETURN rows
