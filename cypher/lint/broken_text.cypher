// Texts that were damaged on their way: replacement signs, control characters, accents read in the wrong encoding (Ã©), signs
// lost to a question mark (?物線), a spreadsheet's errors (#NAME?), or nothing but blanks; `detail` names the properties.
// params: course STRING
// returns: id, detail
// access: read
// severity: warning
// fix: type the text anew, or import it again from a file saved as UTF-8
CALL () {
  MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)
  RETURN k.id AS id, k AS thing, ['name', 'description', 'domain', 'level'] AS fields
  UNION ALL
  MATCH (:Course {id: $course})-[:INCLUDES]->(:KnowledgePoint)<-[:TEACHES]-(r:Resource)
  WITH DISTINCT r
  RETURN r.id AS id, r AS thing, ['title', 'text', 'url'] AS fields
  UNION ALL
  MATCH (:Course {id: $course})-[:INCLUDES]->(:KnowledgePoint)<-[:ASSESSES]-(i:Item)
  WITH DISTINCT i
  RETURN i.id AS id, i AS thing, ['prompt', 'answer', 'distractors'] AS fields
  UNION ALL
  MATCH (:Course {id: $course})-[:INCLUDES]->(k:KnowledgePoint)<-[e:PREREQUISITE_OF]-(before:KnowledgePoint)
  RETURN before.id + ' → ' + k.id AS id, e AS thing, ['reason'] AS fields
}
WITH id, [field IN fields WHERE any(
  text IN CASE WHEN thing[field] IS :: LIST<ANY> THEN thing[field] ELSE [thing[field]] END
  WHERE text IS :: STRING NOT NULL AND text =~
    '(?s).*(?:[\\uFFFD\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\u007F-\\u009F\\uD800-\\uDFFF]|Ã[\\u00A0-\\u00BF\\u0152\\u0153\\u0160\\u0161\\u0178\\u017D\\u017E\\u0192\\u02C6\\u02DC\\u2013-\\u2022\\u2026\\u2030\\u2039\\u203A\\u20AC\\u2122]|Â[\\u00A0-\\u00BF]|â€|ï»¿|ðŸ|(?:^|[A-Za-z\\u00C0-\\u1FFF\\u3040-\\uD7FF])\\?[\\u00C0-\\u1FFF\\u3040-\\uD7FF]|^#(?:NAME\\?|REF!|VALUE!|N/A|DIV/0!|NUM!|NULL!)$|^ *\\?[? ]*$|^[ \\t\\n\\r\\u00A0\\u3000]+$).*'
)] AS names
WHERE size(names) > 0 AND id IS NOT NULL
RETURN id, parts.joined(names) AS detail
ORDER BY id
