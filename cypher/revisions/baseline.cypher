// The revision that holds what was there before changes were numbered, 0 where nothing was.
// params: none
// returns: number
// access: read
MATCH (v:Revision {action: 'baseline'})
RETURN coalesce(max(v.number), 0) AS number
