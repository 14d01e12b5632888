// The state of a bandit; no row before its first outcome.
// params: id STRING
// returns: version, answers, moment, precision, arms
// access: read
MATCH (b:Bandit {id: $id})
WHERE b.version IS NOT NULL
RETURN b.version AS version, b.answers AS answers, b.moment AS moment, b.precision AS precision,
  COLLECT {
    MATCH (b)-[a:ARM]->(r)
    RETURN [r.id, a.wins, a.losses]
  } AS arms
