// The next page of resource ids after one, in order; only ids that are texts.
// params: after STRING, limit INTEGER
// returns: ids
// access: read
MATCH (r:Resource)
WHERE r.id > $after
WITH r.id AS id
ORDER BY id
LIMIT $limit
RETURN collect(id) AS ids
