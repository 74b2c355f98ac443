"""What can be known of a Linux machine, asked in POSIX sh."""
