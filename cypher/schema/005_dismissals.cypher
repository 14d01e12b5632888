// The dismissed recommendations of a learner without walking all of them.
CREATE INDEX recommendation_learner_dismissed IF NOT EXISTS FOR (n:Recommendation) ON (n.learner, n.dismissedAt);
