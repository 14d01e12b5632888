// Points with resources, but not in every language that the course offers. Those are the course's `languages` (en de), or
// without such a setting the languages in which at least half of its points have a resource. A resource without a
// language serves all.
// params: course STRING
// returns: id, detail
// access: read
// severity: note
// fix: add a resource in that language, or say in the course's `languages` what it offers
MATCH (c:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)<-[:TEACHES]-(r:Resource {status: 'active'})
WHERE k.id IS NOT NULL
WITH c, k.id AS id, collect(DISTINCT toLower(coalesce(r.language, '*'))) AS spoken
WITH c, collect([id, spoken]) AS points
CALL (points) {
  UNWIND points AS pair
  UNWIND pair[1] AS language
  WITH language, count(*) AS times
  WHERE 2 * times >= size(points) AND language <> '*'
  RETURN collect(language) AS usual
}
WITH points, CASE
  WHEN c.languages IS NULL THEN usual
  WHEN valueType(c.languages) STARTS WITH 'LIST' THEN c.languages
  ELSE split(replace(toLower(c.languages), ',', ' '), ' ')
END AS offered
UNWIND points AS pair
UNWIND offered AS language
WITH pair[0] AS id, pair[1] AS spoken, language
WHERE language <> '' AND NOT language IN spoken AND NOT '*' IN spoken
WITH DISTINCT id, language
ORDER BY id, language
WITH id, collect(language) AS missing
RETURN id, parts.joined(missing) AS detail
ORDER BY id
