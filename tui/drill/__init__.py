"""A synthetic backend with known answers."""
