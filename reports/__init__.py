"""The reports: an Assessment to bytes, one format a file."""
