// The 97.5 % quantile of Student's t, by Fisher's expansion: within 0.2 % from three degrees of freedom on, looked up below
// (rounded down, so that an interval is rather too wide).
// params: df FLOAT
// returns: FLOAT
CASE WHEN $df < 2 THEN 12.706 WHEN $df < 3 THEN 4.303 ELSE
  1.96 + 2.3723 / $df + 2.8225 / $df ^ 2 + 2.5558 / $df ^ 3 + 1.5895 / $df ^ 4 END
