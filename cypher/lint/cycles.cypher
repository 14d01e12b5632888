// Accepted prerequisites that lead back to where they start, each cycle once, spelled out. None of its points can ever be
// opened. Beyond some thousands of points, deep below each other, this may take minutes; `lodestar lint` takes a second.
// params: course STRING
// returns: id, detail
// access: read
// severity: error
// fix: reject the edge of the cycle that is least true: SET e.status = 'rejected'
MATCH (:Course {id: $course})-[:INCLUDES]->(a:KnowledgePoint)-[e:PREREQUISITE_OF {status: 'accepted'}]->(b)
MATCH way = shortestPath((b)-[:PREREQUISITE_OF*0..]->(a))
WHERE parts.all_accepted(way)
WITH [k IN nodes(way) | k.id] AS ids
UNWIND ids AS id
WITH ids, min(id) AS first
WITH first, [n IN range(0, size(ids) - 1) WHERE ids[n] = first][0] AS start, ids
WITH DISTINCT first, ids[start..] + ids[..start] AS ids
RETURN first AS id, reduce(text = '', each IN ids | text + toString(each) + ' → ') + first AS detail
ORDER BY id, detail
