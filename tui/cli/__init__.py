"""Commands: parse arguments, call the session, print."""
