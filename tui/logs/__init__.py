"""Bytes of a log → clean events."""
