"""One folder a client: `sqlite3` for assets, runs and findings, recordings as files beside it. So clients never mix.

Ids of assets and of the client are random and given at first sight; aliases (machine-id, …) find them again, so that a
finding keeps its id when client, host or address get another name.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from nis2scan.errors import StoreError
from nis2scan.recording import to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nis2scan.model import Finding, Recording

# Numbered steps; `user_version` says how many were taken. Steps are never changed, only added.
STEPS = (
    """
    CREATE TABLE client (id TEXT PRIMARY KEY) STRICT;
    CREATE TABLE asset (id TEXT PRIMARY KEY, name TEXT NOT NULL, first_seen TEXT NOT NULL) STRICT;
    CREATE TABLE alias (
        kind TEXT NOT NULL, value TEXT NOT NULL, asset TEXT NOT NULL REFERENCES asset(id), PRIMARY KEY (kind, value)
    ) STRICT;
    CREATE TABLE run (id INTEGER PRIMARY KEY, started TEXT NOT NULL, finished TEXT) STRICT;
    CREATE TABLE finding (
        run INTEGER NOT NULL REFERENCES run(id), id TEXT NOT NULL, check_id TEXT NOT NULL, measure TEXT NOT NULL,
        host TEXT NOT NULL, subject TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT, severity TEXT NOT NULL,
        found TEXT NOT NULL, taken_at TEXT NOT NULL, PRIMARY KEY (run, id)
    ) STRICT;
    """,
    """
    CREATE TABLE delivery (
        nonce TEXT PRIMARY KEY, machine TEXT NOT NULL, host TEXT NOT NULL, taken_at TEXT NOT NULL, added TEXT NOT NULL
    ) STRICT;
    """,
)

WAIT_SECONDS = 10.0  # for another scan of the same client that is writing

# What identifies a machine, the strongest first. A name alone is a weak identity.
STRENGTH = ("machine_id", "host_key", "mac", "name")


@dataclass(frozen=True)
class Kept:
    """One delivered answer that is in the store. machine: its lasting id, or "" when it is known by its name only."""

    nonce: str
    machine: str
    host: str
    taken_at: datetime
    added: datetime
    path: Path

    def replaces(self, machine: str, host: str) -> bool:
        """Whether it stands for an older answer of that machine with that name. What came with a lasting id gives way
        to the same id only: a name alone can be borne, or borrowed, by another machine.
        """
        return short(self.host) == short(host) and machine in ("", self.machine)


def short(name: str) -> str:
    """A host's name without its domain, which depends on where it is; an address stays what it is."""
    return name.casefold() if name.replace(".", "").isdigit() else name.casefold().split(".")[0]


class Store:
    """A client's folder, open. Use it in a `with` statement. Raises StoreError when it cannot be read or written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if os.name == "posix":
                folder.chmod(0o700)
            file = folder / "store.sqlite"
            if not file.exists():
                file.touch(mode=0o600)
            self._db = sqlite3.connect(file, timeout=WAIT_SECONDS, isolation_level=None)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA foreign_keys = ON")
            self._upgrade(file)
        except (OSError, sqlite3.Error) as trouble:
            raise StoreError(
                f"the store in {folder} cannot be opened: {trouble}", "Look at the rights and free space."
            ) from None

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def _upgrade(self, file: Path) -> None:
        (taken,) = self._db.execute("PRAGMA user_version").fetchone()
        if taken > len(STEPS):
            raise StoreError(f"{file} was written by a newer nis2scan", "Install that version.")
        if 0 < taken < len(STEPS):
            shutil.copy2(file, file.with_suffix(f".before-{len(STEPS)}"))
        for number, step in enumerate(STEPS[taken:], taken + 1):
            self._db.executescript(f"BEGIN IMMEDIATE; {step} PRAGMA user_version = {number}; COMMIT;")

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One write, whole or not at all. BEGIN IMMEDIATE, because WAL refuses an upgrade from reading at once."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        except sqlite3.Error as trouble:
            busy = "lock" in str(trouble) or "busy" in str(trouble)
            raise StoreError(
                f"the store in {self.folder} cannot be written: {trouble}",
                "Is another scan busy?" if busy else "Look at the rights and free space.",
            ) from None

    def client_id(self) -> str:
        """The client's random id, drawn the first time."""
        with self._writing() as db, closing(db.execute("SELECT id FROM client")) as rows:
            if (row := rows.fetchone()) is not None:
                return str(row[0])
            fresh = "C-" + secrets.token_hex(8)
            db.execute("INSERT INTO client VALUES (?)", (fresh,))
            return fresh

    def asset_id(self, aliases: Mapping[str, str], now: datetime, taken: Collection[str] = ()) -> str:
        """The id of the machine with these aliases (by kind), strongest first; a new one when nobody has them.

        A machine known by name only is joined to the stronger alias that it shows later. An empty alias says that the
        machine has one that is not its own for long: it is not the machine that had the same name and a lasting one.
        taken: ids of other machines that live now.
        """
        given = [(kind, aliases[kind]) for kind in STRENGTH if aliases.get(kind)]
        with self._writing() as db:
            owners = {
                (kind, value): str(row[0])
                for kind, value in given
                if (row := db.execute("SELECT asset FROM alias WHERE kind = ? AND value = ?", (kind, value)).fetchone())
            }
            for (kind, _), owner in owners.items():
                if owner not in taken and not (kind == "name" and self._is_another(db, owner, aliases)):
                    asset = owner
                    break
            else:
                asset = "A-" + secrets.token_hex(8)
                db.execute("INSERT INTO asset VALUES (?, ?, ?)", (asset, aliases.get("name", ""), now.isoformat()))
            db.execute("UPDATE asset SET name = ? WHERE id = ?", (aliases.get("name", ""), asset))
            # A name goes to who bears it now; a card or id of another that lives now stays with that one.
            own = [pair for pair in given if pair[0] == "name" or owners.get(pair) not in taken]
            db.executemany("INSERT OR REPLACE INTO alias VALUES (?, ?, ?)", [(*pair, asset) for pair in own])
            return asset

    @staticmethod
    def _is_another(db: sqlite3.Connection, asset: str, aliases: Mapping[str, str]) -> bool:
        """The name was taken over: the asset that had it is known by another strong alias of the same kind."""
        rows = db.execute("SELECT kind, value FROM alias WHERE asset = ? AND kind <> 'name'", (asset,)).fetchall()
        return any(kind in aliases and aliases[kind] != value for kind, value in rows)

    def begin(self, now: datetime) -> int:
        """Open a run; its number names the folder of its recordings."""
        with self._writing() as db:
            return int(db.execute("INSERT INTO run (started) VALUES (?)", (now.isoformat(),)).lastrowid or 0)

    def keep(self, run: int, asset: str, recording: Recording) -> Path:
        """Write a recording as `recordings/<run>/<asset>.json`, for nobody else to read."""
        path = self.folder_of(run) / f"{asset}.json"
        _write(path, to_bytes(recording))
        return path

    def deliver(self, nonce: str, machine: str, recording: Recording, now: datetime) -> Path:
        """Keep an answer that came by file, for the scans to come. nonce: hexadecimal digits."""
        path = self.folder / "delivered" / f"{nonce}.json"
        row = (nonce, machine, recording.host, recording.taken_at.isoformat(), now.isoformat())
        try:
            _write(path, to_bytes(recording))
            with self._writing() as db:
                db.execute("INSERT OR REPLACE INTO delivery VALUES (?, ?, ?, ?, ?)", row)
        except BaseException:  # also Ctrl-C: half an answer, or one that nobody knows of, is not left
            path.unlink(missing_ok=True)
            raise
        return path

    def delivered(self) -> list[Kept]:
        """Every answer that came by file, the newest first. Whoever removes its file here makes it forgotten."""
        rows = self._db.execute("SELECT nonce, machine, host, taken_at, added FROM delivery").fetchall()
        folder = self.folder / "delivered"
        there = {path.name for path in folder.iterdir()} if folder.exists() else set()
        kept = [
            Kept(
                str(nonce),
                str(machine),
                str(host),
                datetime.fromisoformat(taken),
                datetime.fromisoformat(added),
                folder / f"{nonce}.json",
            )
            for nonce, machine, host, taken, added in rows
            if f"{nonce}.json" in there
        ]
        return sorted(kept, key=lambda item: (item.taken_at, item.added), reverse=True)

    def finish(self, run: int, findings: Iterable[Finding], now: datetime) -> None:
        """Keep what a run found, and close it."""
        rows: Sequence[tuple[object, ...]] = [
            (
                run,
                f.id,
                f.check,
                f.measure,
                f.host,
                f.subject,
                f.outcome,
                f.reason,
                f.severity,
                str(f.found),
                f.taken_at.isoformat(),
            )
            for f in findings
        ]
        with self._writing() as db:
            db.executemany(f"INSERT OR REPLACE INTO finding VALUES ({','.join('?' * 11)})", rows)  # noqa: S608 only places
            db.execute("UPDATE run SET finished = ? WHERE id = ?", (now.isoformat(), run))

    def runs(self) -> list[tuple[int, str, str | None]]:
        """Number, start and end of every run, the newest first."""
        return [tuple(row) for row in self._db.execute("SELECT id, started, finished FROM run ORDER BY id DESC")]

    def recordings(self, run: int) -> list[tuple[str, bytes]]:
        """Asset id and bytes of every recording of a run; none when they were removed for their age."""
        return [(path.stem, path.read_bytes()) for path in sorted(self.folder_of(run).glob("*.json"))]

    def folder_of(self, run: int) -> Path:
        """Where the recordings of a run are."""
        return self.folder / "recordings" / f"{run:06d}"


def _write(path: Path, data: bytes) -> None:
    """A file that nobody else can read, in folders of which the same is true; whole, or not at all."""
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        for folder in (path.parent.parent, path.parent):
            folder.mkdir(exist_ok=True, mode=0o700)
        try:
            part.touch(mode=0o600)
            part.write_bytes(data)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as trouble:
        raise StoreError(f"{path} cannot be written: {trouble}", "Look at the rights and free space.") from None
