// The next page of course ids after one, in order; only ids that are texts.
// params: after STRING, limit INTEGER
// returns: ids
// access: read
MATCH (c:Course)
WHERE c.id > $after
WITH c.id AS id
ORDER BY id
LIMIT $limit
RETURN collect(id) AS ids
