// What is left of a level after days without practice: nothing is forgotten in the first three.
// params: rate FLOAT, days FLOAT
// returns: FLOAT
CASE WHEN $days >= 3 THEN exp(-$rate * $days) ELSE 1.0 END
