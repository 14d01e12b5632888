// Whether an edge (TEACHES, ASSESSES) says what a resource or item is mainly about.
// params: t RELATIONSHIP
// returns: BOOLEAN
coalesce($t.role, 'primary') = 'primary'
