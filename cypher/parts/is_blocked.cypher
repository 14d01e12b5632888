// Whether a point has an accepted prerequisite that is not among the met ones: nothing that teaches it is feasible.
// params: k NODE, met LIST
// returns: BOOLEAN
EXISTS { ($k)<-[:PREREQUISITE_OF {status: 'accepted'}]-(prerequisite) WHERE NOT prerequisite IN $met }
