"""Studies: one file a question, which many runs answer on a page."""
