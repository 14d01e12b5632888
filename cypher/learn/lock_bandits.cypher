// Lock bandits in the order given, then read what they have learnt; a new one is made, empty. `arms` are those of the
// resources named. Learners are locked before bandits, and points and resources after them.
// params: bandits LIST<MAP>
// returns: id, version, answers, moment, precision, arms
// access: write
UNWIND $bandits AS row
MERGE (b:Bandit {id: row.id})
SET b.locked = true
WITH row, b
CALL (row, b) {
  UNWIND row.resources AS resource
  MATCH (b)-[a:ARM]->(r:Resource {id: resource})
  RETURN collect([r.id, a.wins, a.losses]) AS arms
}
RETURN b.id AS id, b.version AS version, b.answers AS answers, b.moment AS moment, b.precision AS precision, arms
