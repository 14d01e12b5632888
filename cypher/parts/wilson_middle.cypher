// The middle of Wilson's 95 % interval of a share among n (1.9208 is z² / 2, 3.8416 is z², z = 1.96).
// params: share FLOAT, n FLOAT
// returns: FLOAT
($share + 1.9208 / $n) / (1 + 3.8416 / $n)
