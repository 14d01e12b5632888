// Days from one moment to another, with fractions.
// params: from DATETIME, to DATETIME
// returns: FLOAT
($to.epochMillis - $from.epochMillis) / 86400000.0
