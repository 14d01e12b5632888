// Whether a resource can be studied: it is active, fits the learner's limits, and what it teaches is open (a list of
// points that are wanted and not blocked) or at least not blocked.
// params: r NODE, l NODE, open LIST, met LIST
// returns: BOOLEAN
$r.status = 'active'
  AND ($l.maxMinutes IS NULL OR $r.minutes <= $l.maxMinutes)
  AND ($l.modalities IS NULL OR $r.modality IN $l.modalities)
  AND ($l.languages IS NULL OR $r.language IS NULL OR $r.language IN $l.languages)
  AND (COUNT { ($r)-[:TEACHES]->() } = 1
    OR NOT EXISTS { ($r)-[:TEACHES]->(taught) WHERE NOT taught IN $open AND parts.is_blocked(taught, $met) })
