"""A small office on one Linux machine: real SSH servers in namespaces of their own, with faults put in on purpose."""
