"""nis2scan: how an office network stands on the eight base measures of the NCSC."""

__version__ = "0.1.0"
