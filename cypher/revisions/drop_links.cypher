// Delete these links.
// params: links LIST<STRING>
// returns: none
// access: write
UNWIND $links AS link
MATCH ()-[e]->()
WHERE elementId(e) = link
DELETE e
