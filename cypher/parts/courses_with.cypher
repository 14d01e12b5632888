// The ids of the courses that a node or edge is of (`courses`, with blanks between them), a course among them.
// params: e MAP, course STRING
// returns: STRING
CASE
  WHEN $course IN split(coalesce($e.courses, ''), ' ') THEN $e.courses
  ELSE trim(coalesce($e.courses, '') + ' ' + $course)
END
