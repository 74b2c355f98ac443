"""`make bench`: nis2scan beside the tools that people know, on the same work, as ratios. docs/performance.md."""
