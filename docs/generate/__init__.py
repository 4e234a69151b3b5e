"""Writes the parts of these pages that the program itself knows: `python -m docs.generate`.

A page holds `<!-- begin NAME -->` and `<!-- end NAME -->`; what stands between them is written here, the rest by hand.
"""
