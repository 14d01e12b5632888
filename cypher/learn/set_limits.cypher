// Replace what a learner allows; null allows all. No row when there is no such learner.
// params: learner STRING, max_minutes FLOAT, modalities LIST<STRING>, languages LIST<STRING>
// returns: learner
// access: write
MATCH (l:Learner {id: $learner})
SET l.maxMinutes = $max_minutes, l.modalities = $modalities, l.languages = $languages
RETURN l.id AS learner
