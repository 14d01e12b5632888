// Whether every prerequisite along a path is accepted.
// params: path PATH
// returns: BOOLEAN
all(edge IN relationships($path) WHERE edge.status = 'accepted')
