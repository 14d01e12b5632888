// The nodes of a label: id, properties in the order asked for, moments as microseconds since 1970 (they cross the wire
// many times faster so). A node has the label, so it is its own source.
// params: kind STRING, sources LIST<STRING>, columns LIST<STRING>, moments LIST<STRING>
// returns: rows
// access: read
MATCH (n:$($kind))
WHERE $kind IN $sources
RETURN [[coalesce(n.id, elementId(n)), [key IN $columns | n[key]],
  [key IN $moments | n[key].epochSeconds * 1000000 + n[key].microsecond]]] AS rows
