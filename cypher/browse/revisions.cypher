// The latest revisions of a course, or of the whole graph with course = '': who changed what, when, why. `lodestar graph
// diff N` shows the rows, `lodestar graph revert N` undoes one.
// params: course STRING, limit INTEGER
// returns: number, at, author, action, why, changed
// access: read
MATCH (v:Revision)
WHERE $course = '' OR $course IN v.courses
WITH v
ORDER BY v.number DESC
LIMIT $limit
// v.counts is JSON: {"points":[new,changed,gone],…}
WITH v, [entry IN split(replace(replace(v.counts, '{', ''), '}', ''), '],') WHERE entry <> '' |
  [split(entry, '"')[1], split(replace(split(entry, '[')[1], ']', ''), ',')]] AS tables
UNWIND CASE WHEN size(tables) = 0 THEN [null] ELSE tables END AS each
UNWIND range(0, 2) AS place
WITH v, parts.counted_rows(toInteger(each[1][place]), each[0], ['new', 'changed', 'gone'][place]) AS words
WITH v, collect(words) AS words
RETURN v.number AS number, replace(left(toString(datetime({datetime: v.at, timezone: 'UTC'})), 16), 'T', ' ') AS at,
  v.author AS author, v.action AS action, v.why AS why, coalesce(parts.joined(words), 'nothing') AS changed
ORDER BY number DESC
