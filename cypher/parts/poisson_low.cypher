// The lower end of the 95 % interval of an expected count of which n were seen (Poisson's, by Byar's approximation).
// params: n FLOAT
// returns: FLOAT
CASE WHEN $n > 0 THEN $n * (1 - 1 / (9.0 * $n) - 1.96 / (3 * sqrt($n))) ^ 3 ELSE 0.0 END
