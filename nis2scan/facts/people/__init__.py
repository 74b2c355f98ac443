"""What only people can tell: one question each, answered in answers.toml."""
