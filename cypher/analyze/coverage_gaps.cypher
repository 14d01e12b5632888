// Points with little to learn from: active resources by kind, items, and how many learners need the point now.
// params: course STRING, limit INTEGER
// returns: point, name, resources, kinds, items, learners_below
// access: read
// group: resources
// plot: bar x=point label=name y=resources unit=active of=points
MATCH (c:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)
OPTIONAL MATCH (k)<-[:TEACHES]-(r:Resource {status: 'active'})
WITH c, k, count(r) AS resources, collect(DISTINCT r.kind) AS kinds
WITH k, resources, kinds, COUNT { (k)<-[:ASSESSES]-(:Item) } AS items,
  COUNT {
    MATCH (k)<-[m:MASTERY]-(:Learner)
    WHERE m.level < parts.mastered_at(k, c)
  } AS learners_below
RETURN k.id AS point, k.name AS name, resources, kinds, items, learners_below
ORDER BY resources, items, learners_below DESC, point
LIMIT $limit
