"""One run: clock, reader, numbers."""
