"""What the log means: one file for each view, with its tables, its fold and its as-of query."""
