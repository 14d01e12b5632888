// The latest revisions of the graph: who changed what, when, why. `lodestar graph diff N` shows the rows, `lodestar graph
// revert N` undoes one.
// params: limit INTEGER
// returns: number, at, author, action, why, changed
// access: read
MATCH (v:Revision)
RETURN v.number AS number, v.at AS at, v.author AS author, v.action AS action, v.why AS why, v.counts AS changed
ORDER BY number DESC
LIMIT $limit
