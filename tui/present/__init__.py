"""Numbers → words and tables that any front end can draw; no Textual here."""
