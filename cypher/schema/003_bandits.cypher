// Two outcomes that arrive together make one bandit.
CREATE CONSTRAINT bandit_id IF NOT EXISTS FOR (n:Bandit) REQUIRE n.id IS UNIQUE;
