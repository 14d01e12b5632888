// How many active resources teach a point.
// params: k NODE
// returns: INTEGER
COUNT { MATCH ($k)<-[:TEACHES]-(resource) WHERE resource.status = 'active' RETURN DISTINCT resource }
