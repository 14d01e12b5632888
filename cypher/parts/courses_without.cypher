// The ids of the courses that a node or edge is of (`courses`, with blanks between them), without a course.
// params: e MAP, course STRING
// returns: STRING
trim(replace(' ' + $e.courses + ' ', ' ' + $course + ' ', ' '))
