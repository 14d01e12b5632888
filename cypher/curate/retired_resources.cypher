// Resources that no course holds and that stay for learners' histories.
// params: none
// returns: ids
// access: read
MATCH (r:Resource)
WHERE r.courses = ''
RETURN collect(r.id) AS ids
