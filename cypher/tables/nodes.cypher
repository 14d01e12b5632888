// The nodes of a label: id, properties in the order asked for, moments as microseconds since 1970 (they cross the wire
// many times faster so).
// params: kind STRING, columns LIST<STRING>, moments LIST<STRING>
// returns: rows
// access: read
MATCH (n:$($kind))
RETURN [[coalesce(n.id, elementId(n)), [key IN $columns | n[key]],
  [key IN $moments | n[key].epochSeconds * 1000000 + n[key].microsecond]]] AS rows
