"""Mining of prerequisites: from the order in which learners master points, and from what points are called."""
