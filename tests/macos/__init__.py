"""Made-up Macs: the script that is sent runs in a real shell, on a tree and programs that look like a Mac's."""
