"""The handbook of cadre exchange that checks itself."""

__version__ = "0.1.0"
