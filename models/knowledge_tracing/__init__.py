"""Knowledge tracing: what a learner knows and will answer, fitted on logs and updated answer by answer."""
