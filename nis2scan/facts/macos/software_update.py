"""What macOS knows of its own updates: when it last looked, what waits, and what it may do by itself.

`softwareupdate -l` is never asked: it goes to the internet and writes down what it finds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nis2scan.api import Answer, CannotTell, Fact, Maybe, Message, Reason, Unknown, derives, reads, say, shell
from nis2scan.facts.macos.plist import PRINT_EACH, Table, dates_of, flag, plist, rows_of, sections, setting, words_of

SETTINGS = shell(
    """for f in Preferences/com.apple.SoftwareUpdate 'Managed Preferences/com.apple.SoftwareUpdate' \\
    'Managed Preferences/com.apple.applicationaccess'; do
"""
    + PRINT_EACH
    + "echo ==end",
    runs=("plutil",),
    needs=("plutil",),
    platforms=("macos",),
    seconds=5,
    cap=262144,
)

HISTORY = shell(
    "plutil -convert xml1 -o - /Library/Receipts/InstallHistory.plist || exit 1; echo; echo ==end",
    runs=("plutil",),
    needs=("plutil",),
    platforms=("macos",),
    seconds=6,
    cap=2097152,
)

_SWITCHES = (
    "AutomaticCheckEnabled",
    "AutomaticDownload",
    "AutomaticallyInstallMacOSUpdates",
    "CriticalUpdateInstall",
    "ConfigDataInstall",
)
_DELAYS = (
    ("forceDelayedSoftwareUpdates", "enforcedSoftwareUpdateMinorOSDeferredInstallDelay"),
    ("forceDelayedSoftwareUpdates", "enforcedSoftwareUpdateDelay"),
)
_FILES = (
    "Preferences/com.apple.SoftwareUpdate",
    "Managed Preferences/com.apple.SoftwareUpdate",
    "Managed Preferences/com.apple.applicationaccess",
)
_USUAL_DELAY = 30  # days, where a profile delays and names no number
_OF_THE_SYSTEM = ("macOS", "OS X", "Safari", "Security Update", "Rapid Security")


@dataclass(frozen=True)
class Waiting:
    """An update that macOS recommends."""

    name: str
    version: str


@dataclass(frozen=True)
class MacUpdates(Fact):
    """checked_at: the last time it looked and got an answer. waiting: what it then recommended. unnamed: it counted
    recommended updates and keeps no list. off: the automatic steps that are switched off. delay_days: how long a
    profile holds back updates of this macOS.
    """

    checked_at: datetime | None
    waiting: tuple[Waiting, ...]
    unnamed: int
    off: tuple[str, ...]
    delay_days: int


@dataclass(frozen=True)
class MacInstallations(Fact):
    """system_at: the newest installation that macOS itself made for itself. xprotect_at: of data against malware."""

    system_at: datetime | None
    xprotect_at: datetime | None


@dataclass(frozen=True)
class LastUpdate(Fact):
    """When macOS last installed something of its own; None when no such thing is written down. Never missing: unread
    says why it could not be read.
    """

    at: datetime | None
    unread: Unknown | None


@reads(SETTINGS)
def mac_updates(answer: Answer) -> MacUpdates:
    """An absent switch is on. A profile wins over the choice on the Mac."""
    parts = sections(answer)
    if any(name not in parts for name in _FILES):
        raise CannotTell(Reason.TRUNCATED, say("a file of settings was not read"))
    own, managed, limits = (setting(parts[name]) for name in _FILES)
    found = own or {}
    rows = rows_of(found, "RecommendedUpdates")
    looked = dates_of(found.get(key) for key in ("LastFullSuccessfulDate", "LastSuccessfulDate"))
    return MacUpdates(
        checked_at=max(looked, default=None),
        waiting=tuple(Waiting(words_of(row, "Display Name"), words_of(row, "Display Version")) for row in rows),
        unnamed=0 if rows else _count(found),
        off=tuple(name for name in _SWITCHES if _on(managed, own, name) is False),
        delay_days=max(_delay(limits, *keys) for keys in _DELAYS),
    )


@reads(HISTORY)
def mac_installations(answer: Answer) -> MacInstallations:
    """Every installation ever made stands here with its date; an empty list is no list."""
    text, end, _ = answer.text.rpartition("\n==end")
    rows = plist(text) if end else None
    if not isinstance(rows, list) or not rows or any(not isinstance(row, dict) for row in rows):
        raise CannotTell(Reason.PARSE_ERROR, say("the list of installations is not whole"))
    own = [row for row in rows if words_of(row, "displayName").startswith(_OF_THE_SYSTEM)]
    xprotect = [row for row in rows if words_of(row, "displayName").startswith("XProtect")]
    return MacInstallations(_newest(own), _newest(xprotect))


def _count(found: Table) -> int:
    count = found.get("LastRecommendedUpdatesAvailable")
    return count if isinstance(count, int) and not isinstance(count, bool) else 0


def _newest(rows: list[Table]) -> datetime | None:
    return max(dates_of(row.get("date") for row in rows), default=None)


def _on(managed: Table | None, own: Table | None, name: str) -> bool | None:
    by_server = flag(managed, name)
    return flag(own, name) if by_server is None else by_server


def _delay(limits: Table | None, switch: str, key: str) -> int:
    days = (limits or {}).get(key)
    if isinstance(days, int) and not isinstance(days, bool):
        return days
    return _USUAL_DELAY if key == "enforcedSoftwareUpdateDelay" and flag(limits, switch) else 0


@derives
def last_update(installations: Maybe[MacInstallations]) -> LastUpdate:
    if installations.value is not None:
        return LastUpdate(installations.value.system_at, None)
    why = installations.why
    detail = why.detail if isinstance(why, CannotTell) and isinstance(why.detail, (str, Message)) else ""
    return LastUpdate(None, Unknown(why.reason if isinstance(why, CannotTell) else Reason.NOT_ASKED, detail))
