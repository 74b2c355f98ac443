"""Made-up Windows machines, on which a real PowerShell runs the script: see README.md."""
