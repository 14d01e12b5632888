// The lower end of Newcombe's 95 % interval of a difference of two shares (one among n, other among m), made of Wilson's.
// params: one FLOAT, n FLOAT, other FLOAT, m FLOAT
// returns: FLOAT
$one - $other - sqrt(($one - parts.wilson_middle($one, $n) + parts.wilson_half($one, $n)) ^ 2
  + (parts.wilson_middle($other, $m) + parts.wilson_half($other, $m) - $other) ^ 2)
