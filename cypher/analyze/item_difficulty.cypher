// Items that are harder or easier than declared: the observed share of right answers (in diagnostics and outside) beside the
// share that the item-response model expects of a learner of average ability.
// params: course STRING, at_least INTEGER, limit INTEGER
// returns: item, prompt, answers, right_share, expected, difference
// access: read
// group: items
// plot: bar x=item label=prompt y=difference n=answers unit=share_of_right_answers of=items
MATCH (:Course {id: $course})-[:INCLUDES]->(:KnowledgePoint)<-[:ASSESSES]-(t:Item)
WITH DISTINCT t
CALL (t) {
  MATCH (t)<-[a:ASKED]-(:Diagnostic)
  WHERE a.right IS NOT NULL
  RETURN a.right AS right
  UNION ALL
  MATCH (t)<-[:ON]-(i:Interaction)
  RETURN i.right AS right
}
WITH t, count(*) AS answers, avg(CASE WHEN right THEN 1.0 ELSE 0.0 END) AS share
WHERE answers >= $at_least
WITH t, answers, share, coalesce(t.guessing, 0.0) AS guessing,
  exp(coalesce(t.discrimination, 1.0) * coalesce(t.difficulty, 0.0)) AS odds
WITH t, answers, share, guessing + (1 - guessing) / (1 + odds) AS expected
RETURN t.id AS item, t.prompt AS prompt, answers, round(share, 3) AS right_share, round(expected, 3) AS expected,
  round(share - expected, 3) AS difference
ORDER BY abs(share - expected) DESC, item
LIMIT $limit
