// A learner's latest events in order of time without walking all of them; diagnostics have ids; a course's first points
// in order.
CREATE CONSTRAINT diagnostic_id IF NOT EXISTS FOR (n:Diagnostic) REQUIRE n.id IS UNIQUE;
CREATE INDEX interaction_learner_at IF NOT EXISTS FOR (n:Interaction) ON (n.learner, n.at);
CREATE INDEX recommendation_learner_at IF NOT EXISTS FOR (n:Recommendation) ON (n.learner, n.at);
CREATE INDEX knowledge_point_first IF NOT EXISTS FOR (n:KnowledgePoint) ON (n.prerequisiteCount, n.id);
