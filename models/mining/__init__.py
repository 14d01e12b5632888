"""Mining of prerequisites: from the order in which learners master points, and from names and texts of points."""
