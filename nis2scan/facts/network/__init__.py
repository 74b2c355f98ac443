"""What the network shows of a host, without a login: doors, makers, answers to harmless probes."""
