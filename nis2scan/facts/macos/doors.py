"""The ways into a Mac side by side, each known or not: one that could not be read hides no other."""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.api import CannotTell, Fact, Maybe, Message, Reason, Unknown, derives
from nis2scan.facts.macos.accounts import MacLogin, MacShares
from nis2scan.facts.macos.filevault import FileVault, State
from nis2scan.facts.macos.running import MacServices

_SMB = "com.apple.smbd"


@dataclass(frozen=True)
class MacDoors(Fact):
    """Never missing. sharing: whether folders are offered at all. disk_locked: FileVault asks for a password at start.
    None is what was not read, and then why.
    """

    login: MacLogin | None
    why_login: Unknown
    sharing: bool | None
    shares: MacShares | None
    why_shares: Unknown
    disk_locked: bool | None
    why_locked: Unknown


@derives
def mac_doors(
    login: Maybe[MacLogin], services: Maybe[MacServices], shares: Maybe[MacShares], vault: Maybe[FileVault]
) -> MacDoors:
    sharing = None
    if services.value is not None and _SMB not in services.value.unknown:
        sharing = _SMB in services.value.on
    return MacDoors(
        login=login.value,
        why_login=_unknown(login.why),
        sharing=sharing,
        shares=shares.value,
        why_shares=_unknown(services.why if sharing is None else shares.why),
        disk_locked=vault.value.state is State.ON if vault.value is not None else None,
        why_locked=_unknown(vault.why),
    )


def _unknown(why: Exception | None) -> Unknown:
    if not isinstance(why, CannotTell):
        return Unknown(Reason.PARSE_ERROR)
    return Unknown(why.reason, why.detail if isinstance(why.detail, (str, Message)) else str(why.detail))
