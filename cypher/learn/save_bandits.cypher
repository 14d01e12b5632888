// Store what bandits have learnt; learn/lock_bandits locked them in the same transaction. Arms of another version go.
// params: bandits LIST<MAP>, arms LIST<MAP>
// returns: none
// access: write
CALL () {
  UNWIND $bandits AS row
  MATCH (c:Course {id: row.course})
  MATCH (b:Bandit {id: row.id})
  CALL (row, b) {
    MATCH (b)-[a:ARM]->()
    WHERE b.version <> row.version
    DELETE a
  }
  SET b.version = row.version, b.answers = row.answers, b.moment = row.moment, b.precision = row.precision
  MERGE (c)-[:LEARNS_BY]->(b)
}
UNWIND $arms AS row
MATCH (b:Bandit {id: row.id})
MATCH (r:Resource {id: row.resource})
MERGE (b)-[a:ARM]->(r)
SET a.wins = row.wins, a.losses = row.losses
