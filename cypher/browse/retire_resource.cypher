// Retire a resource, in your name: it is not recommended any more and stays in the records. 'active' brings it back.
// params: resource STRING, status STRING, by STRING
// returns: changed
// access: write
MATCH (l:Lodestar), (r:Resource {id: $resource})
SET l.handEdits = parts.hand_edits(l, $by, $resource), r.status = $status
RETURN r AS changed
