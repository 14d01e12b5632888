// One revision without what it changed.
// params: number INTEGER
// returns: number, at, author, action, why, courses, counts, notes
// access: read
MATCH (v:Revision {number: $number})
RETURN v.number AS number, v.at AS at, v.author AS author, v.action AS action, v.why AS why, v.courses AS courses,
  v.counts AS counts, v.notes AS notes
