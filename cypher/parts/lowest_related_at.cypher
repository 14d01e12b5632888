// The lowest Jaccard weight from which on points are related, over the courses of the rows.
// params: c NODE
// returns: FLOAT
coalesce(min(coalesce($c.relatedAt, 0.3)), 0.3)
