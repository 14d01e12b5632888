// Nodes without an id that is a text, by label: how many, and the element id of one, by which Browser finds it.
// params: none
// returns: label, nodes, example
// access: read
MATCH (n:Course)
WHERE n.id IS NULL OR n.id IS NOT :: STRING NOT NULL
RETURN 'Course' AS label, count(n) AS nodes, min(elementId(n)) AS example
UNION ALL
MATCH (n:KnowledgePoint)
WHERE n.id IS NULL OR n.id IS NOT :: STRING NOT NULL
RETURN 'KnowledgePoint' AS label, count(n) AS nodes, min(elementId(n)) AS example
UNION ALL
MATCH (n:Resource)
WHERE n.id IS NULL OR n.id IS NOT :: STRING NOT NULL
RETURN 'Resource' AS label, count(n) AS nodes, min(elementId(n)) AS example
UNION ALL
MATCH (n:Item)
WHERE n.id IS NULL OR n.id IS NOT :: STRING NOT NULL
RETURN 'Item' AS label, count(n) AS nodes, min(elementId(n)) AS example
