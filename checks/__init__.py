"""The judgements: a folder per measure, one check a file."""
