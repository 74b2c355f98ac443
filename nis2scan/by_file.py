"""Answers that came by file: from folders into the store of a client. A bad file costs only itself."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from nis2scan.assets import machine_id
from nis2scan.errors import ConfigError, DeliveryError, Flaw
from nis2scan.model import Recording, Status
from nis2scan.policy import Policy
from nis2scan.recording import from_bytes
from nis2scan.rules import Rules
from nis2scan.store import Kept, Store
from nis2scan.transport.delivered import MOST_BYTES, Delivery, read

AHEAD = timedelta(days=1)
"""How far a machine's clock may be ahead before what it says is not believed."""


class Taken(StrEnum):
    """What became of a file. `good`: nothing that it says is lost."""

    ADDED = "added"
    DUPLICATE = "duplicate"
    COPIED = "copied"  # the mark of another answer
    OLDER = "older"
    FOREIGN = "foreign"
    OTHER_CLIENT = "other_client"
    CUT = "cut"
    DAMAGED = "damaged"
    TOO_LARGE = "too_large"
    SEVERAL = "several"  # answers in one file
    TOO_OLD = "too_old"
    FUTURE = "future"
    NO_FILE = "no_file"  # a link, a folder, a pipe
    UNREADABLE = "unreadable"

    @property
    def good(self) -> bool:
        return self in (Taken.ADDED, Taken.DUPLICATE, Taken.OLDER)


@dataclass(frozen=True)
class Row:
    """One file. host and platform: of the machine it names. at: when it was measured. other: the moment or the client
    that it is held against. detail: words of this system.
    """

    path: Path
    taken: Taken
    host: str = ""
    platform: str = ""
    at: datetime | None = None
    other: datetime | str = ""
    detail: str = ""
    unseen: bool = False  # it was not run as an administrator


def files_in(places: Iterable[Path], below: bool = False) -> Iterator[Path]:
    """Every `*.n2s` of the folders, and every file named itself. below: in folders below them too; never over links.

    A folder that cannot be listed is among them, so that it gets a line.
    """
    for place in places:
        try:
            listed = place.is_dir()
        except OSError:  # it may not be looked at, or its name is too long: whoever opens it says why
            listed = False
        if not listed:
            yield place
            continue
        unlisted: list[OSError] = []
        for folder, folders, names in os.walk(place, onerror=unlisted.append):
            folders[:] = sorted(folders) if below else []
            yield from (Path(folder) / name for name in sorted(names) if name.lower().endswith(".n2s"))
        yield from (Path(trouble.filename or place) for trouble in unlisted)


def add(store: Store, rules: Rules, policy: Policy, client: str, path: Path, now: datetime) -> Row:
    """Read one file, and keep it for the scans to come when it is sound and new. client: "" when that is not known.

    Raises StoreError when the store cannot be written.
    """
    try:
        data = _bytes(path)
        delivery = read(data, rules.questions)
    except DeliveryError as trouble:
        return Row(path, Taken(trouble.flaw))
    except _NoFileError:
        return Row(path, Taken.NO_FILE)
    except OSError as trouble:
        return Row(path, Taken.UNREADABLE, detail=trouble.strerror or type(trouble).__name__)
    except Exception as bug:  # noqa: BLE001 one file must never cost the others
        return Row(path, Taken.UNREADABLE, detail=type(bug).__name__)
    recording, machine = delivery.recording, machine_id(rules, delivery.recording)
    taken, other = _judged(delivery, store.delivered(), machine, policy, client, now)
    if taken is Taken.ADDED:
        # A clock that is a little ahead must not make an answer of tomorrow.
        store.deliver(delivery.nonce, machine, replace(recording, taken_at=min(recording.taken_at, now)), now)
    return Row(path, taken, recording.host, recording.platform, recording.taken_at, other, unseen=not _root(delivery))


def _judged(
    delivery: Delivery, kept: list[Kept], machine: str, policy: Policy, client: str, now: datetime
) -> tuple[Taken, datetime | str]:
    """Whether a sound file is wanted, and what speaks against it."""
    host, at = delivery.recording.host, delivery.recording.taken_at
    if client and delivery.client and client != delivery.client:
        return Taken.OTHER_CLIENT, delivery.client
    same = next((item for item in kept if item.nonce == delivery.nonce), None)
    if same is not None:
        return (Taken.DUPLICATE, same.added) if _says(same, delivery.recording) else (Taken.COPIED, same.host)
    if at > now + AHEAD:
        return Taken.FUTURE, ""
    if at < now - timedelta(days=policy.delivered_max_days):
        return Taken.TOO_OLD, ""
    newer = next((item for item in kept if item.replaces(machine, host) and item.taken_at >= at), None)
    return (Taken.ADDED, "") if newer is None else (Taken.OLDER, newer.taken_at)


def _says(kept: Kept, recording: Recording) -> bool:
    """Whether it is what was kept, as far as the same was asked: the mark of a file can be written into another one."""
    try:
        old = from_bytes(kept.path.read_bytes())
    except (ConfigError, OSError):  # the scan says so
        return True
    return (old.host, old.taken_at) == (recording.host, min(recording.taken_at, kept.added)) and all(
        answer.status is not Status.OK or name not in old.answers or old.answers[name].out == answer.out
        for name, answer in recording.answers.items()
    )


def _root(delivery: Delivery) -> bool:
    visit = next((item for item in delivery.recording.answers.values() if item.question.kind == "session"), None)
    return visit is not None and b'"root": true' in visit.out


class _NoFileError(Exception):
    """The path is no ordinary file: a link may lead anywhere, a pipe may never end."""


def _bytes(path: Path) -> bytes:
    """A regular file, whole, when it is not too large."""
    mode = path.lstat().st_mode
    if stat.S_ISDIR(mode):
        next(path.iterdir(), None)  # raises why it could not be listed
    if not stat.S_ISREG(mode):
        raise _NoFileError
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):  # it was exchanged meanwhile
            raise _NoFileError
        if about.st_size > MOST_BYTES:
            raise DeliveryError(Flaw.TOO_LARGE)
        return file.read(MOST_BYTES + 1)
