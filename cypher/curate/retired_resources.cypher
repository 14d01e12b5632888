// Resources that no course holds any more and that stay for somebody's history.
// params: none
// returns: ids
// access: read
MATCH (r:Resource)
WHERE r.courses = ''
RETURN collect(r.id) AS ids
