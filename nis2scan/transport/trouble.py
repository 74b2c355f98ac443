"""What goes wrong on every kind of line, in words: no address, nobody there, an end."""

from __future__ import annotations

import errno

from nis2scan.errors import Reason, TransportError
from nis2scan.model import Message, say

_NO_WAY = (errno.EHOSTUNREACH, errno.ENETUNREACH)


def endpoint(host: str, port: int) -> str:
    """Host and port in the words of an error, in every language: 192.0.2.1:22, [2001:db8::1]:22."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def unknown(host: str) -> TransportError:
    """The name of the host leads nowhere."""
    said = say("no address is known for {host}", host=host)
    return TransportError(Reason.UNREACHABLE, said, say("Check the name."))


def ended(where: str, trouble: Exception) -> Message:
    """Why there is no line any more, or none came. where: an `endpoint`."""
    if isinstance(trouble, ConnectionRefusedError):
        return say("{where} refuses the connection", where=where)
    if isinstance(trouble, OSError) and trouble.errno in _NO_WAY:
        return say("there is no way to {where}", where=where)
    said = (isinstance(trouble, OSError) and trouble.strerror) or str(trouble)
    if isinstance(trouble, (ConnectionResetError, ConnectionAbortedError, BrokenPipeError, EOFError)) or not said:
        return say("{where} ended the connection", where=where)
    return say("{where}: {said}", where=where, said=said)
