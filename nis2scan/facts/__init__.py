"""What can be known, and how to read it. Pure: answers in, facts out."""
