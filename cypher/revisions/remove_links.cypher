// Delete curated links of one kind; what a retired resource taught stays with it, stated by nobody.
// params: pairs LIST<LIST<STRING>>, kind STRING
// returns: none
// access: write
UNWIND $pairs AS pair
MATCH (a:KnowledgePoint|Resource {id: pair[0]})-[e]->(:KnowledgePoint {id: pair[1]})
WHERE type(e) = $kind AND ($kind <> 'RELATED_TO' OR e.status IS NOT NULL)
FOREACH (old IN CASE WHEN a:Resource AND a.status = 'retired' AND a.courses = '' THEN [e] ELSE [] END |
  SET old.courses = '')
FOREACH (gone IN CASE WHEN a:Resource AND a.status = 'retired' AND a.courses = '' THEN [] ELSE [e] END | DELETE gone)
