"""Clean events → numbers."""
