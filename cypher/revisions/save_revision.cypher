// Store one more revision; `diff` holds the changed rows as they were before, compressed.
// params: revision MAP
// returns: number
// access: write
MATCH (l:Lodestar)
SET l.revision = l.revision + 1, l.revisedAt = datetime()
CREATE (v:Revision)
SET v = $revision, v.number = l.revision, v.at = l.revisedAt
RETURN v.number AS number
