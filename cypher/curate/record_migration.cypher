// Record a migration that was run; `recorded` is false when another starter recorded it first.
// params: number INTEGER, title STRING, checksum STRING
// returns: recorded
// access: write
MATCH (l:Lodestar)
SET l.schema = CASE WHEN l.schema < $number THEN $number ELSE l.schema END
WITH l, NOT EXISTS { MATCH (:Migration {number: $number}) } AS recorded
MERGE (m:Migration {number: $number})
ON CREATE SET m.name = $title, m.checksum = $checksum, m.appliedAt = datetime()
RETURN recorded
