"""File sharing of Windows: what its server accepts, what its client accepts, and what was heard on the wire."""

from __future__ import annotations

from dataclasses import dataclass, field

from nis2scan.api import Answer, CannotTell, Fact, Maybe, Reason, Root, derives, powershell, reads, say
from nis2scan.facts.network.smb import Smb
from nis2scan.facts.windows.services import Services
from nis2scan.facts.windows.system import RELEASE, Windows, windows
from nis2scan.facts.windows.values import number, sub, table, truth

_24H2 = 26100
_FIRST_SERVER_WITHOUT_GUESTS = 17763


@dataclass(frozen=True)
class Server(Fact):
    """smb1: the old protocol is switched on. signed: every session is signed, or encrypted, which includes it."""

    smb1: bool
    signed: bool


@dataclass(frozen=True)
class Client(Fact):
    """guests: it lets itself be sent to a server that asks for no password."""

    guests: bool


@dataclass(frozen=True)
class Settings(Fact):
    """What the registry says, for everybody to read; None where it leaves it to the default of this Windows.

    ruled_guests: a rule lets it be a guest. client_smb1: the driver of the old protocol is there and not switched off. default_guests: what Windows does where
    nobody decided, None where that was not found out.
    """

    smb1: bool | None
    guests: bool | None
    ruled_guests: bool
    client_smb1: bool
    default_guests: bool | None


@dataclass(frozen=True)
class FileSharing(Fact):
    """What is None was not read, and `why` says why.

    server: it runs. smb1, signed: of the server. wire_smb1, wire_unsigned: seen from the network, which counts for
    more than a setting. guests, client_smb1: of the client. sure: guests was read, not inferred.
    """

    server: bool | None
    smb1: bool | None
    signed: bool | None
    guests: bool | None
    guests_sure: bool
    client_smb1: bool
    wire_smb1: bool
    wire_unsigned: bool
    controller: bool
    why: CannotTell = field(default_factory=lambda: CannotTell(Reason.NOT_ASKED))


SERVER = powershell(
    r"""# smb-server
Copy-Properties (Get-SmbServerConfiguration -ErrorAction Stop) 'EnableSMB1Protocol' 'EnableSMB2Protocol' 'RequireSecuritySignature' 'EncryptData' 'RejectUnencryptedAccess'""",
    root=Root.REQUIRED,
    seconds=6,
)

CLIENT = powershell(
    r"""# smb-client
Copy-Properties (Get-SmbClientConfiguration -ErrorAction Stop) 'EnableInsecureGuestLogons' 'RequireSecuritySignature'""",
    root=Root.REQUIRED,
    seconds=6,
)

SETTINGS = powershell(
    r"""# smb-settings
$services = 'HKLM:\SYSTEM\CurrentControlSet\Services'
[ordered]@{
  server = Read-Values "$services\LanmanServer\Parameters" 'SMB1'
  client = Read-Values "$services\LanmanWorkstation\Parameters" 'AllowInsecureGuestAuth'
  ruled = Read-Values 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\LanmanWorkstation' 'AllowInsecureGuestAuth'
  smb1_client = Read-Values "$services\mrxsmb10" 'Start'
}""",
    seconds=2,
)


@reads(SERVER)
def server(answer: Answer) -> Server:
    """EnableSecuritySignature means nothing for SMB 2 and 3, and is not asked."""
    made = table(answer)
    smb1, signed = truth(made.get("EnableSMB1Protocol")), truth(made.get("RequireSecuritySignature"))
    if smb1 is None or signed is None:
        raise CannotTell(Reason.PARSE_ERROR, say("the settings of file sharing are not as they should be"))
    sealed = truth(made.get("EncryptData")) is True and truth(made.get("RejectUnencryptedAccess")) is True
    return Server(smb1, signed or sealed)


@reads(CLIENT)
def client(answer: Answer) -> Client:
    """The answer holds the default of this build already."""
    guests = truth(table(answer).get("EnableInsecureGuestLogons"))
    if guests is None:
        raise CannotTell(Reason.PARSE_ERROR, say("the settings of file sharing are not as they should be"))
    return Client(guests)


@reads(SETTINGS, RELEASE)
def settings(answer: Answer, release: Answer) -> Settings:
    """A rule wins over a setting. The driver: 4 is off; where the feature was removed there is none."""
    made = table(answer)
    about = windows.read(release)
    assert isinstance(about, Windows)  # noqa: S101 the reader makes it
    ruled, own = (truth((sub(made, name) or {}).get("AllowInsecureGuestAuth")) for name in ("ruled", "client"))
    start = number((sub(made, "smb1_client") or {}).get("Start"))
    return Settings(
        smb1=truth((sub(made, "server") or {}).get("SMB1")),
        guests=own if ruled is None else ruled,
        ruled_guests=ruled is True,
        client_smb1=start is not None and start < 4,
        default_guests=_default(about),
    )


def _default(about: Windows) -> bool | None:
    """Off on servers since 2019 and in companies' editions; on for Home and Pro, until 24H2 switched it off for Pro."""
    if about.server:
        return False if about.build >= _FIRST_SERVER_WITHOUT_GUESTS else None
    if about.edition.startswith(("Enterprise", "Education", "IoTEnterprise")):
        return False
    if about.build >= _24H2:
        return None if about.home else False
    return True


@derives
def file_sharing(
    settings: Settings,
    server: Maybe[Server],
    client: Maybe[Client],
    services: Maybe[Services],
    wire: Maybe[Smb],
    about: Windows,
) -> FileSharing:
    """The network view is free where the machine was looked at; where not, it adds nothing."""
    heard = wire.value if wire.value is not None and wire.value.state == "open" else Smb("closed")
    asked, guests = server.value, settings.guests
    if client.value is not None:
        guests = client.value.guests or settings.ruled_guests
    elif guests is None:
        guests = settings.default_guests
    reasons = [item.why for item in (server, client, services) if isinstance(item.why, CannotTell)]
    return FileSharing(
        server=services.value.running("LanmanServer") if services.value is not None else None,
        smb1=asked.smb1 if asked is not None else settings.smb1,
        signed=asked.signed if asked is not None else None,
        guests=guests,
        guests_sure=client.value is not None or settings.guests is not None,
        client_smb1=settings.client_smb1,
        wire_smb1=heard.smb1 == "accepted",
        wire_unsigned=heard.signing is False,
        controller=about.controller,
        why=next(iter(reasons), CannotTell(Reason.NO_PRIVILEGE)),
    )
