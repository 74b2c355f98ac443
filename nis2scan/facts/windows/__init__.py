"""What can be known of a Windows machine: read with PowerShell, over WinRM or SSH, on the machine itself, or by file."""
