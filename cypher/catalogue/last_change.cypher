// When the curated graph changed last, as ISO 8601 and as the number of the revision, and the ids of its courses.
// params: none
// returns: revision, at, courses
// access: read
MATCH (l:Lodestar)
OPTIONAL MATCH (c:Course)
WITH l, c
ORDER BY c.id
RETURN l.revision AS revision, toString(l.revisedAt) AS at, collect(c.id) AS courses
