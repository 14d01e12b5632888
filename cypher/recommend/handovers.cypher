// Which strategies decided since a moment, by the strategy that was asked for (or that serves the course); decisions that
// are older than the record of what was asked are left out.
// params: course STRING, since DATETIME
// returns: asked, used, decisions
// access: read
MATCH (q:Recommendation {course: $course})
WHERE q.at >= $since AND q.asked IS NOT NULL
RETURN q.asked AS asked, q.policy AS used, count(*) AS decisions
ORDER BY asked, decisions DESC, used
