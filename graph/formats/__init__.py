"""The file formats in which a course is imported and exported."""
