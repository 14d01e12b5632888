// Take the one lock that changes of the curated graph wait for, and read the revision they build on.
// params: none
// returns: revision
// access: write
MATCH (l:Lodestar)
SET l.lockedAt = datetime()
RETURN l.revision AS revision
