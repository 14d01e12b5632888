"""Read-only views of courses, points and resources, also as 1EdTech CASE frameworks."""
