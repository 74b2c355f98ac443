"""Recordings of what no lab can seed, made of true answers: `python -m tests.made --record` writes them anew."""
