// Write courses: id, properties.
// params: rows LIST<LIST>
// returns: none
// access: write
UNWIND $rows AS row
MERGE (c:Course {id: row[0]})
SET c = row[1]
