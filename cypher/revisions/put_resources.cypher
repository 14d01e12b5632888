// Write resources: id, properties.
// params: rows LIST<LIST>
// returns: none
// access: write
UNWIND $rows AS row
MERGE (r:Resource {id: row[0]})
SET r = row[1]
