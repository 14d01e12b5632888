// Add a resource that teaches a point, in your name. kind: lesson, practice, reading, video, test; modality: text, audio,
// video, interactive.
// params: point STRING, resource STRING, title STRING, kind STRING, modality STRING, minutes FLOAT, url STRING, by STRING
// returns: link
// access: write
MATCH (l:Lodestar), (k:KnowledgePoint {id: $point})
SET l.handEdits = parts.hand_edits(l, $by, $resource)
CREATE link = (:Resource {id: $resource, title: $title, kind: $kind, modality: $modality, minutes: toFloat($minutes),
  difficulty: 0.0, url: $url, level: k.level, status: 'active'})-[:TEACHES {role: 'primary', importance: 1.0}]->(k)
RETURN link
