"""Assessment: adaptive tests, diagnostics, placement, cold start, and the decision whether a point may be skipped."""
