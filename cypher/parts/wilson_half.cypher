// Half the width of Wilson's 95 % interval of a share among n (0.9604 is z² / 4, 3.8416 is z², z = 1.96).
// params: share FLOAT, n FLOAT
// returns: FLOAT
1.96 * sqrt($share * (1 - $share) / $n + 0.9604 / $n ^ 2) / (1 + 3.8416 / $n)
