// The arm of a decision (q, a Recommendation) in a comparison: its policy and version.
// params: q NODE
// returns: STRING
$q.policy + ' ' + $q.version
