// Create or change resources and note that a course holds them.
// params: course STRING, rows LIST<MAP>
// returns: none
// access: write
UNWIND $rows AS row
MERGE (r:Resource {id: row.id})
SET r.title = row.title, r.kind = row.kind, r.modality = row.modality, r.minutes = row.minutes, r.level = row.level,
  r.difficulty = row.difficulty, r.url = row.url, r.language = row.language, r.text = row.text, r.status = row.status,
  r.courses = parts.courses_with(r, $course)
