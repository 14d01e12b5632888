// The open proposals of a course, strongest first: prerequisites that were found in logs, then points that are alike.
// params: course STRING
// returns: kind, before, after, evidence, proposed_at
// access: read
CALL () {
  MATCH (:Course {id: $course})-[:INCLUDES]->()<-[e:PREREQUISITE_OF {status: 'proposed'}]-()
  RETURN e, 'prerequisite' AS kind
  UNION
  MATCH (:Course {id: $course})-[:INCLUDES]->()-[e:RELATED_TO {status: 'proposed'}]-()
  RETURN e, 'related' AS kind
}
RETURN kind, startNode(e).id AS before, endNode(e).id AS after, e.evidence AS evidence, e.proposedAt AS proposed_at
ORDER BY kind, e.pValue, e.lift DESC, e.weight DESC, before, after
