"""Widgets: they draw what `present` gives them and compute nothing."""
