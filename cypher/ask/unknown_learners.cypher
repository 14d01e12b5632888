// The names among the given ones that are neither a learner's id nor a team, and the teams that there are.
// params: names LIST<STRING>
// returns: unknown, teams
// access: read
CALL () {
  MATCH (l:Learner)
  WHERE l.team IS NOT NULL
  WITH DISTINCT l.team AS team
  ORDER BY team
  RETURN collect(team) AS teams
}
RETURN [name IN $names WHERE NOT name IN teams AND NOT EXISTS { MATCH (:Learner {id: name}) }] AS unknown, teams
