// Ids are unique in a deployment, and what a query starts from or filters by has an index.
// Neo4j Community has uniqueness but no existence constraints: the import checks that fields are there.
CREATE CONSTRAINT course_id IF NOT EXISTS FOR (n:Course) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT knowledge_point_id IF NOT EXISTS FOR (n:KnowledgePoint) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT resource_id IF NOT EXISTS FOR (n:Resource) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT item_id IF NOT EXISTS FOR (n:Item) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT learner_id IF NOT EXISTS FOR (n:Learner) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT recommendation_id IF NOT EXISTS FOR (n:Recommendation) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT interaction_id IF NOT EXISTS FOR (n:Interaction) REQUIRE n.id IS UNIQUE;
CREATE INDEX knowledge_point_domain IF NOT EXISTS FOR (n:KnowledgePoint) ON (n.domain);
CREATE INDEX recommendation_at IF NOT EXISTS FOR (n:Recommendation) ON (n.at);
CREATE INDEX interaction_at IF NOT EXISTS FOR (n:Interaction) ON (n.at);
