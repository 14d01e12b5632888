// Points that a beginner can never open, because a point on the way to them has no active resource; `detail` is that point.
// Beyond some thousands of points, deep below each other, this may take minutes; `lodestar lint` takes a second.
// params: course STRING
// returns: id, detail
// access: read
// severity: warning
// fix: add a resource to the point that blocks, or withdraw the prerequisite
MATCH (gap:KnowledgePoint)
WHERE gap.id IS NOT NULL AND EXISTS { (gap)-[:PREREQUISITE_OF {status: 'accepted'}]->() }
  AND NOT EXISTS { (gap)<-[:TEACHES]-(:Resource {status: 'active'}) }
MATCH way = (gap)-[:PREREQUISITE_OF*1..]->(k:KnowledgePoint)
WHERE parts.all_accepted(way)
WITH DISTINCT gap, k
WHERE k.id IS NOT NULL AND EXISTS { (k)<-[:INCLUDES]-(:Course {id: $course}) }
RETURN k.id AS id, min(gap.id) AS detail
ORDER BY id
