"""guardia: the incident commander's terminal."""

__version__ = "0.1.0"
