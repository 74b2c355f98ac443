"""A WS-Management server on loopback for the tests: real HTTP, TLS, NTLM and WinRS, which starts a real program."""
