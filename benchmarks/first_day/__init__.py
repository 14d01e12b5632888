"""The first working day: whether the courses that teachers bring can be taught to their goals."""
