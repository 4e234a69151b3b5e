"""Behaviour tests, one file per room."""
