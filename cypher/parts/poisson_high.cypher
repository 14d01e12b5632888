// The upper end of the 95 % interval of an expected count of which n were seen (Poisson's, by Byar's approximation).
// params: n FLOAT
// returns: FLOAT
($n + 1) * (1 - 1 / (9.0 * ($n + 1)) + 1.96 / (3 * sqrt($n + 1))) ^ 3
