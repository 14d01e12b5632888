// Delete diagnostic items; one that learners answered is retired.
// params: ids LIST<STRING>
// returns: none
// access: write
UNWIND $ids AS id
MATCH (i:Item {id: id})
WITH i, EXISTS { MATCH (i)<-[:ON]-() } AS kept
FOREACH (old IN CASE WHEN kept THEN [i] ELSE [] END | SET old.status = 'retired', old.courses = '')
FOREACH (gone IN CASE WHEN kept THEN [] ELSE [i] END | DETACH DELETE gone)
