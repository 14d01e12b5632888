// Record answers to asked items; the first answer stays. Returns the items that were asked.
// params: id STRING, answers LIST<MAP>, now DATETIME
// returns: item
// access: write
UNWIND $answers AS row
MATCH (:Diagnostic {id: $id})-[a:ASKED]->(i:Item {id: row.item})
SET a.answeredAt = CASE WHEN a.right IS NULL THEN $now ELSE a.answeredAt END,
  a.right = coalesce(a.right, row.right)
RETURN i.id AS item
