// Retire a resource: it is not recommended any more and stays in the records. 'active' brings it back.
// params: resource STRING, status STRING
// returns: changed
// access: write
MATCH (r:Resource {id: $resource})
SET r.status = $status
RETURN r AS changed
