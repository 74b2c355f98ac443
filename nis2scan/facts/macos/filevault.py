"""FileVault: whether it is on, and who could unlock the disk when the password is lost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from nis2scan.api import Answer, CannotTell, Fact, Maybe, Message, Reason, Root, Unknown, derives, reads, say, shell
from nis2scan.facts.machine import Machine
from nis2scan.facts.macos.plist import pairs

# fdesetup has no translations. Its exit status says nothing that its words do not.
STATUS = shell(
    "fdesetup status; echo ==end",
    runs=("fdesetup",),
    needs=("fdesetup",),
    platforms=("macos",),
    seconds=6,
    cap=4096,
)

# Profiles may hold passwords: only whether one word stands in them leaves the Mac.
KEYS = shell(
    """printf 'personal='; fdesetup haspersonalrecoverykey
printf 'institutional='; fdesetup hasinstitutionalrecoverykey
if p=$(profiles show -type configuration -output stdout-xml 2>/dev/null); then
  case $p in *com.apple.security.FDERecoveryKeyEscrow*) echo escrow=true ;; *) echo escrow=false ;; esac
else echo escrow=unknown; fi
echo end=""",
    runs=("fdesetup", "profiles"),
    needs=("fdesetup",),
    root=Root.REQUIRED,
    platforms=("macos",),
    seconds=10,
    cap=4096,
)

ENROLMENT = shell(
    "profiles status -type enrollment || exit 1; echo end=",
    runs=("profiles",),
    needs=("profiles",),
    platforms=("macos",),
    seconds=6,
    cap=4096,
)


class State(StrEnum):
    ON = "on"
    OFF = "off"
    ENCRYPTING = "encrypting"
    DECRYPTING = "decrypting"
    DEFERRED = "deferred"
    RESTART = "restart"


@dataclass(frozen=True)
class FileVault(Fact):
    """state: deferred and restart say that it will be on, but is not yet."""

    state: State


@dataclass(frozen=True)
class RecoveryKeys(Fact):
    """Which keys exist beside the passwords. escrow: a profile sends the personal key to the management server; None
    when the profiles could not be read.
    """

    personal: bool
    institutional: bool
    escrow: bool | None


@dataclass(frozen=True)
class Managed(Fact):
    """Whether a management server (MDM) looks after this Mac."""

    mdm: bool


@dataclass(frozen=True)
class KeptKey(Fact):
    """What is known of the recovery key, never missing. state, keys, mdm: None when not read, and then `why`."""

    state: State | None
    keys: RecoveryKeys | None
    mdm: bool | None
    why: Unknown


@dataclass(frozen=True)
class Below(Fact):
    """Only softens, so it is never missing. virtual: the hypervisor that this Mac is a guest of, `` when not known."""

    virtual: str


@reads(STATUS)
def filevault(answer: Answer) -> FileVault:
    """The first sentence is what is; those below say what is going on, and weigh more."""
    text = answer.text
    if not text.rstrip().endswith("==end"):
        raise CannotTell(Reason.TRUNCATED, say("the answer has no end"))
    if "Encryption in progress" in text:
        return FileVault(State.ENCRYPTING)
    if "Decryption in progress" in text:
        return FileVault(State.DECRYPTING)
    if re.search(r"^FileVault is On\.?\s*$", text, re.M):
        return FileVault(State.ON)
    if re.search(r"^FileVault is Off", text, re.M):
        if "Deferred enablement appears to be active" in text:
            return FileVault(State.DEFERRED)
        soon = "will be enabled after the next restart" in text
        return FileVault(State.RESTART if soon else State.OFF)
    raise CannotTell(Reason.PARSE_ERROR, text.strip().split("\n")[0][:100])


@reads(KEYS)
def recovery_keys(answer: Answer) -> RecoveryKeys:
    seen = pairs(answer)
    if {seen.get("personal"), seen.get("institutional")} - {"true", "false"}:
        raise CannotTell(Reason.PARSE_ERROR, say("which recovery keys there are is not told"))
    escrow = {"true": True, "false": False}.get(seen.get("escrow", ""))
    return RecoveryKeys(seen["personal"] == "true", seen["institutional"] == "true", escrow)


@reads(ENROLMENT)
def managed(answer: Answer) -> Managed:
    """`MDM enrollment: Yes (User Approved)`."""
    found = re.search(r"^MDM enrollment: (Yes|No)\b", answer.text, re.M)
    if not found or answer.lines[-1] != "end=":
        raise CannotTell(Reason.PARSE_ERROR, say("whether a management server looks after it is not told"))
    return Managed(found[1] == "Yes")


@derives
def kept_key(vault: Maybe[FileVault], keys: Maybe[RecoveryKeys], server: Maybe[Managed]) -> KeptKey:
    """Three answers side by side: one that could not be read is told as such, and hides no other."""
    why = next((each.why for each in (vault, keys, server) if each.value is None), None)
    return KeptKey(
        state=vault.value.state if vault.value is not None else None,
        keys=keys.value,
        mdm=server.value.mdm if server.value is not None else None,
        why=_unknown(why),
    )


@derives
def below(machine: Maybe[Machine]) -> Below:
    return Below(machine.value.virtual if machine.value is not None else "")


def _unknown(why: Exception | None) -> Unknown:
    if not isinstance(why, CannotTell):
        return Unknown(Reason.NOT_ASKED)
    return Unknown(why.reason, why.detail if isinstance(why.detail, (str, Message)) else str(why.detail))
