// The latest revisions, newest first, without what they changed; those about one course where it is named.
// params: course STRING, limit INTEGER
// returns: number, at, author, action, why, courses, counts, notes
// access: read
MATCH (v:Revision)
WHERE v.number > 0 AND ($course IS NULL OR $course IN v.courses)
RETURN v.number AS number, v.at AS at, v.author AS author, v.action AS action, v.why AS why, v.courses AS courses,
  v.counts AS counts, v.notes AS notes
ORDER BY number DESC
LIMIT $limit
