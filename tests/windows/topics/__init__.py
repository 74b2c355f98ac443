"""What is on the made-up machines, a file a topic: `FRAGMENTS` by `*`, `client`, `server`, machine or run."""
