// The upper end of Newcombe's 95 % interval of a difference of two shares (one among n, other among m), made of Wilson's.
// params: one FLOAT, n FLOAT, other FLOAT, m FLOAT
// returns: FLOAT
$one - $other + sqrt((parts.wilson_middle($one, $n) + parts.wilson_half($one, $n) - $one) ^ 2
  + ($other - parts.wilson_middle($other, $m) + parts.wilson_half($other, $m)) ^ 2)
