// The next page of item ids after one, in order; only ids that are texts.
// params: after STRING, limit INTEGER
// returns: ids
// access: read
MATCH (i:Item)
WHERE i.id > $after
WITH i.id AS id
ORDER BY id
LIMIT $limit
RETURN collect(id) AS ids
