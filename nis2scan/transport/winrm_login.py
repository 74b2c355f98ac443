"""An account on one Windows host over WinRM, and what goes wrong on the way to it, in the user's words."""

from __future__ import annotations

import contextlib
import http.client
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nis2scan.errors import Reason, TransportError
from nis2scan.model import say
from nis2scan.secrets import Secret
from nis2scan.transport.gate import UNGATED, Gate
from nis2scan.transport.trouble import ended, endpoint

HTTPS_PORT, HTTP_PORT = 5986, 5985
_ACCESS_DENIED = 5


@dataclass(frozen=True)
class Login:
    """An account on one host. Over HTTPS the host proves itself first: by a certificate that this machine believes,
    by one of `ca` alone, or by being exactly the one in `certificate` ("sha256:…"), and only then is anything offered.

    plain_http: HTTP, where every message is encrypted with a key of the login, but where the host does not prove
    itself before it gets the exchange of NTLM; so a person sets it, for one host. With kerberos the host does.
    name: what the inventory calls the host. known_as: its name where `host` is the address that was found for it; that
    is what its certificate and its ticket are for. gate: where the secret waits for its turn.
    """

    host: str
    user: str
    port: int = HTTPS_PORT
    password: Secret | None = None
    kerberos: bool = False
    plain_http: bool = False
    certificate: str = ""
    ca: Path | None = None
    name: str = ""
    known_as: str = ""
    gate: Gate = field(default=UNGATED, repr=False, compare=False)

    @property
    def where(self) -> str:
        """The host in the words of an error."""
        return endpoint(self.host, self.port)

    @property
    def spoken(self) -> str:
        """The name that the host must prove to have."""
        return (self.known_as or self.host).partition("%")[0]


_RUNS = say("Does WinRM run there?")


def refused(login: Login, said: str = "") -> TransportError:
    """The host, or the domain for it, said no to this login."""
    words = {"where": login.where, "user": login.user, "said": said}
    return TransportError(
        Reason.AUTH_FAILED,
        say("{where} does not accept {user}: {said}", **words)
        if said
        else say("{where} does not accept {user}", **words),
        say(
            "Try it by hand, on a Windows PC: {command}",
            command=f"Test-WSMan -ComputerName {login.spoken} -Port {login.port} "
            f"{'' if login.plain_http else '-UseSSL '}-Authentication Negotiate -Credential {login.user}",
        ),
    )


@contextlib.contextmanager
def explained(login: Login, deadline: float) -> Iterator[None]:
    """Whatever goes wrong on the way becomes a TransportError that says what to do."""
    try:
        yield
    except TransportError:
        raise
    except Exception as trouble:
        if time.monotonic() >= deadline:  # then the watchdog closed the line, whatever that looks like
            late = say("{where} took longer than it was given", where=login.where)
            raise TransportError(Reason.TIMEOUT, late) from trouble
        raise _reasoned(login, trouble) from trouble


def _reasoned(login: Login, trouble: Exception) -> TransportError:
    from winrm.exceptions import WinRMOperationTimeoutError, WinRMTransportError, WSManFaultError

    where = login.where
    if isinstance(trouble, WSManFaultError):
        return _fault(where, trouble.wsman_fault_code, str(trouble.reason))
    if isinstance(trouble, WinRMTransportError):
        said = say("{where} answers HTTP {status}", where=where, status=str(trouble.code))
        return TransportError(Reason.UNREACHABLE, said, _RUNS)
    if isinstance(trouble, WinRMOperationTimeoutError):
        return TransportError(Reason.TIMEOUT, say("{where} let us in and then did not get ready in time", where=where))
    if isinstance(trouble, TimeoutError):
        said = say("{where} accepts the connection and then does not answer in time", where=where)
        return TransportError(Reason.TIMEOUT, said)
    what = type(trouble).__name__
    if isinstance(trouble, http.client.HTTPException) and not isinstance(trouble, ConnectionError):
        return TransportError(Reason.UNREACHABLE, say("{where}: no sound HTTP ({what})", where=where, what=what))
    if isinstance(trouble, OSError):
        return TransportError(Reason.UNREACHABLE, ended(where, trouble), _RUNS)
    # What a strange server sends can trip the libraries anywhere.
    return TransportError(Reason.UNREACHABLE, say("{where}: no sound WinRM ({what})", where=where, what=what))


def _fault(where: str, code: int | None, said: str) -> TransportError:
    """The words of a fault are in the language of that Windows: they are shown, and only its number is looked at."""
    if code == _ACCESS_DENIED:
        return TransportError(
            Reason.NO_PRIVILEGE,
            say("{where} knows this login and does not let it start a command", where=where),
            say("Make the account a member of Administrators, or of Remote Management Users (then much stays open)."),
        )
    words = {"where": where, "code": str(code), "said": said[:160]}
    return TransportError(
        Reason.UNREACHABLE,
        say("{where} answers with fault {code}: {said}", **words)
        if code is not None
        else say("{where} answers with a fault: {said}", **words),
    )
