"""`nis2scan add`, file by file: a line each, nothing lost, nothing else disturbed."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nis2scan.cli import run
from nis2scan.facts.cards import WINDOWS
from nis2scan.recording import from_bytes
from nis2scan.store import Store
from tests.delivered.packing import changed, stream_of, windows

pytestmark = pytest.mark.skipif(os.name != "posix", reason="only on POSIX: the script for Linux is run here")

Printed = pytest.CaptureFixture[str]
NOW = datetime.now(UTC)
IN = "antwoorden"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / IN).mkdir()
    return tmp_path / IN


def added(printed: Printed, *arguments: str) -> tuple[int, dict[str, str], str]:
    """The exit code, the line of each file by its name, and the last line."""
    code = run(["add", *(arguments or (IN,)), "--language", "en"])
    text = printed.readouterr().out
    lines = re.sub(r"\n {4}", " ", text).splitlines()
    rows = dict(re.findall(r"^  [v=x] (\S+): (.*)$", "\n".join(lines), re.M))
    return code, rows, lines[-1]


def in_store() -> list[str]:
    """Host by host what is kept, and can be read back."""
    with Store(Path("out/store")) as store:
        return sorted(from_bytes(item.path.read_bytes()).host for item in store.delivered())


def again(file: bytes, **changes: object) -> bytes:
    """The same machine on another day: another nonce too."""
    return changed(file, nonce=secrets.token_hex(16), **changes)  # type: ignore[arg-type]


def test_a_sound_file_is_taken_and_told_with_its_age(answer: bytes, folder: Path, capsys: Printed) -> None:
    (folder / "a.n2s").write_bytes(again(answer, host="pc01", at=NOW - timedelta(days=3, hours=1)))
    (folder / "b.n2s").write_bytes(windows({}, computer="PC-BALIE", at=NOW))

    code, rows, last = added(capsys)

    assert code == 0
    assert rows["a.n2s"].startswith("pc01, Linux computer, 3 days old")
    assert rows["b.n2s"] == "PC-BALIE, Windows computer, of today"
    assert last == "2 added, 0 known already, 0 not taken. Next: nis2scan scan"
    assert in_store() == ["PC-BALIE", "pc01"]


def test_who_did_not_run_it_with_all_rights_is_told(answer: bytes, folder: Path, capsys: Printed) -> None:
    (folder / "b.n2s").write_bytes(windows({}, admin=False, at=NOW))

    code, rows, _ = added(capsys)

    assert (code, "not run with all rights" in rows["b.n2s"]) == (0, True)


def _flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + (b"A" if data[middle : middle + 1] != b"A" else b"B") + data[middle + 1 :]


def _bomb(data: bytes) -> bytes:
    from tests.delivered.packing import file_of

    return file_of("0" * 32, stream_of(data)[1] + b"\0" * 100_000_000)


BAD: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda data: b"", "cut short"),
    "no closing mark": (lambda data: data[: data.rindex(b"@@")], "cut short"),
    "half": (lambda data: data[: len(data) // 2], "cut short"),
    "begun": (lambda data: data[:20], "cut short"),
    "ended half-way on the machine": (lambda data: changed(data, cut=b"\n@@%b Z " % data[2:34]), "cut short"),
    "one letter": (_flipped, "damaged on its way, or edited"),
    "one line less": (lambda data: b"\n".join(x for n, x in enumerate(data.split(b"\n")) if n != 5), "damaged"),
    "no base64": (lambda data: data.replace(b"\n", b"\n*", 3), "damaged"),
    "no packed stream": (lambda data: data[:48] + b"\naGFsbG8=\n" + data[data.rindex(b"@@") :], "damaged"),
    "another mark inside": (lambda data: changed(data).replace(data[2:34], b"0" * 32), "damaged"),
    "no name": (lambda data: changed(data, host=b"\x1b\x07"), "damaged"),
    "a clock beyond all calendars": (lambda data: changed(data, at=datetime(9000, 1, 1, tzinfo=UTC)), "damaged"),
    "larger than 32 MB": (lambda data: data + b"\n" * (33 << 20), "too large"),
    "unpacks to 100 MB": (_bomb, "too large"),
    "a letter": (lambda data: b"Dear all,\nthe answers follow tomorrow.\n", "not written by the script"),
    "a picture": (lambda data: bytes(range(256)) * 40, "not written by the script"),
    "of a year ago": (lambda data: changed(data, at=NOW - timedelta(days=366)), "too old"),
    "of 91 days ago": (lambda data: changed(data, at=NOW - timedelta(days=91)), "more than 90 days is not used"),
    "of the day after tomorrow": (lambda data: changed(data, at=NOW + timedelta(days=2)), "from the future"),
    "Windows: cut": (lambda data: windows({WINDOWS.id: ("ok", {"items": []})}, at=NOW)[:-20], "cut short"),
    "Windows: first line cut": (lambda data: windows({}, at=NOW)[:90], "cut short"),
    "Windows: a number edited": (
        lambda data: windows({WINDOWS.id: ("ok", {"n": 14})}, at=NOW).replace(b'"n":14', b'"n":15'),
        "damaged on its way, or edited",
    ),
    "Windows: rights edited": (
        lambda data: windows({}, admin=False, at=NOW).replace(b'"admin":false', b'"admin":true'),
        "damaged on its way, or edited",
    ),
    "Windows: times that do not fit": (
        lambda data: windows({}, at=NOW - timedelta(days=200)).replace(
            b" H windows %d " % (NOW - timedelta(days=200)).timestamp(), b" H windows %d " % NOW.timestamp()
        ),
        "damaged on its way, or edited",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_gets_its_line_and_costs_no_other(what: str, answer: bytes, folder: Path, capsys: Printed) -> None:
    made, said = BAD[what]
    (folder / "bad.n2s").write_bytes(made(answer))
    (folder / "a.n2s").write_bytes(again(answer, host="first"))
    (folder / "z.n2s").write_bytes(again(answer, host="last"))

    code, rows, last = added(capsys)

    assert said in rows["bad.n2s"]
    assert last == "2 added, 0 known already, 1 not taken. Next: nis2scan scan"
    assert (code, in_store()) == (3, ["first", "last"])


def test_what_is_just_within_the_limits_is_taken(answer: bytes, folder: Path, capsys: Printed) -> None:
    """A clock that is hours ahead makes no answer of tomorrow."""
    (folder / "a.n2s").write_bytes(again(answer, host="old", at=NOW - timedelta(days=89, hours=23)))
    (folder / "b.n2s").write_bytes(again(answer, host="ahead", at=NOW + timedelta(hours=20)))

    assert added(capsys)[0] == 0
    with Store(Path("out/store")) as store:
        assert max(item.taken_at for item in store.delivered()) <= datetime.now(UTC)


def test_how_old_a_file_may_be_is_a_setting(answer: bytes, folder: Path, capsys: Printed) -> None:
    (folder / "a.n2s").write_bytes(again(answer, at=NOW - timedelta(days=10)))
    Path("config.toml").write_text('client = "bakker"\n[policy]\ndelivered_max_days = 7\n')
    Path("config.toml").chmod(0o600)

    code, rows, _ = added(capsys)

    assert (code, "more than 7 days" in rows["a.n2s"]) == (3, True)


def test_the_same_answer_twice_is_taken_once(answer: bytes, folder: Path, capsys: Printed) -> None:
    """Twice in one folder under two names, and again the next day: nothing is wrong with that."""
    (folder / "a.n2s").write_bytes(answer)
    (folder / "copy.n2s").write_bytes(answer)

    first = added(capsys)
    second = added(capsys)

    assert (first[0], "was added already" in first[1]["copy.n2s"]) == (0, True)
    assert (second[0], second[2]) == (0, "0 added, 2 known already, 0 not taken.")
    assert len(in_store()) == 1


def test_an_answer_of_before_does_not_replace_a_newer_one(answer: bytes, folder: Path, capsys: Printed) -> None:
    (folder / "1.n2s").write_bytes(again(answer, host="pc01", at=NOW - timedelta(days=1)))
    (folder / "2.n2s").write_bytes(again(answer, host="PC01.thuis.lan", at=NOW - timedelta(days=5)))

    code, rows, _ = added(capsys)

    assert (code, "older than what PC01.thuis.lan said on" in rows["2.n2s"]) == (0, True)
    assert in_store() == ["pc01"]


def test_a_copy_of_a_machine_is_another_machine(answer: bytes, folder: Path, capsys: Printed) -> None:
    """Two names with one machine id: neither takes the place of the other, whichever is newer."""
    (folder / "1.n2s").write_bytes(again(answer, host="pc01", at=NOW - timedelta(days=1)))
    (folder / "2.n2s").write_bytes(again(answer, host="pc02", at=NOW - timedelta(days=5)))

    assert added(capsys)[0] == 0
    assert in_store() == ["pc01", "pc02"]


def test_a_file_of_another_client_is_refused_where_both_are_known(answer: bytes, folder: Path, capsys: Printed) -> None:
    (folder / "a.n2s").write_bytes(answer)
    (folder / "w.n2s").write_bytes(windows({}, at=NOW, client="bakker"))
    (folder / "plain.n2s").write_bytes(windows({}, computer="PC2", at=NOW, nonce="e" * 32))
    Path("config.toml").write_text('client = "slager"\n')
    Path("config.toml").chmod(0o600)

    code, rows, _ = added(capsys)

    assert code == 3
    assert all("made for another client, bakker" in rows[name] for name in ("a.n2s", "w.n2s"))
    assert in_store() == ["PC2"]


def test_each_client_has_its_own_store(answer: bytes, folder: Path, tmp_path: Path, capsys: Printed) -> None:
    (folder / "a.n2s").write_bytes(answer)
    for client in ("bakker", "slager"):
        (tmp_path / client).mkdir()
        (tmp_path / client / "config.toml").write_text(f'client = "{client}"\n')
        (tmp_path / client / "config.toml").chmod(0o600)

    assert added(capsys, IN, "--config", "bakker/config.toml")[0] == 0
    assert added(capsys, IN, "--config", "slager/config.toml")[0] == 3
    assert added(capsys, IN, "--output", "elsewhere")[0] == 0
    kept = sorted(str(path.parent) for path in Path().rglob("delivered/*.json"))
    assert kept == ["bakker/out/store/delivered", "elsewhere/store/delivered"]


def test_links_pipes_and_folders_are_left_alone(answer: bytes, folder: Path, tmp_path: Path, capsys: Printed) -> None:
    (tmp_path / "real").write_bytes(answer)
    (folder / "link.n2s").symlink_to(tmp_path / "real")
    (folder / "gone.n2s").symlink_to(tmp_path / "nothing")
    (folder / "folder.n2s").mkdir()
    os.mkfifo(folder / "pipe.n2s")

    code, rows, _ = added(capsys)

    assert code == 3
    assert rows.keys() == {"link.n2s", "gone.n2s", "pipe.n2s"}
    assert all("left alone" in said for said in rows.values())
    assert in_store() == []


def test_only_files_of_that_kind_and_only_this_folder_unless_asked(
    answer: bytes, folder: Path, tmp_path: Path, capsys: Printed
) -> None:
    (folder / "below").mkdir()
    (tmp_path / "aside").mkdir()
    (folder / "linked").symlink_to(tmp_path / "aside")
    for path in ("UP.N2S", "notes.txt", "a.n2s.part", "below/b.n2s", "../aside/c.n2s"):
        (folder / path).write_bytes(again(answer, host=Path(path).name))

    assert added(capsys)[1].keys() == {"UP.N2S"}
    assert added(capsys, IN, "-r")[1].keys() == {"UP.N2S", "b.n2s"}
    assert added(capsys, f"{IN}/notes.txt")[1].keys() == {"notes.txt"}  # what is named is meant
    assert in_store() == ["UP.N2S", "b.n2s", "notes.txt"]


def test_a_name_that_leads_nowhere_is_told(capsys: Printed) -> None:
    code, rows, _ = added(capsys, "nowhere.n2s")

    assert (code, "cannot be read" in rows["nowhere.n2s"]) == (3, True)


def test_a_folder_that_cannot_be_listed_is_told(answer: bytes, folder: Path, tmp_path: Path) -> None:
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("no setpriv on this machine")
    (folder / "closed").mkdir(mode=0)
    (folder / "a.n2s").write_bytes(answer)
    above = [path for path in tmp_path.parents if Path(tempfile.gettempdir()) in path.parents]
    for path in (folder, tmp_path, *above):
        path.chmod(0o755 if path != tmp_path else 0o777)
    (folder / "a.n2s").chmod(0o644)
    as_user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    program = "import sys; from nis2scan.cli import run; sys.exit(run(sys.argv[1:]))"
    command = [*as_user, sys.executable, "-c", program, "add", IN, "-r", "--language", "en"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)

    assert done.returncode == 3, done.stderr
    assert "closed: cannot be read: Permission denied" in done.stdout
    assert "1 added" in done.stdout


def test_an_empty_folder_is_told(folder: Path, capsys: Printed) -> None:
    code, rows, last = added(capsys)

    assert (code, rows, last) == (0, {}, "No *.n2s file was found there.")


def test_nothing_that_is_read_is_changed_moved_or_removed(answer: bytes, folder: Path, capsys: Printed) -> None:
    for name, (made, _) in BAD.items():
        (folder / f"{name.replace(' ', '-').replace(':', '')}.n2s").write_bytes(made(answer))
    (folder / "good.n2s").write_bytes(answer)
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}

    added(capsys)

    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()} == before


@pytest.mark.parametrize("code", ["nl", "en"])
def test_what_is_printed_fits_and_holds_nothing_that_a_terminal_would_obey(
    code: str, answer: bytes, folder: Path, capsys: Printed
) -> None:
    for name, (made, _) in BAD.items():
        (folder / f"{name.replace(' ', '-').replace(':', '')}.n2s").write_bytes(made(answer))
    (folder / "\x1b[31mred\u202e.n2s").write_bytes(again(answer, host="\x1b]0;owned\x07" + "x" * 90))

    run(["add", IN, "--language", code])

    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", text)
    assert ("niet genomen" in text) is (code == "nl")


@pytest.mark.parametrize(
    "written",
    [
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: b"\xff\xfe" + data.decode().encode("utf-16-le"),
        lambda data: b"RMM 7.2: output follows\r\n\x1b[0m" + data + b"\r\nexit code 0\r\n",
        lambda data: b"\n".join(b"  " + line + b"  " for line in data.split(b"\n")),
    ],
    ids=["line ends of Windows", "a mark of UTF-8", "UTF-16", "words around it", "spaces around lines"],
)
def test_what_programs_do_to_text_does_no_harm(
    written: Callable[[bytes], bytes], answer: bytes, folder: Path, capsys: Printed
) -> None:
    """Collected from what the script printed, through consoles and shells."""
    (folder / "posix.n2s").write_bytes(written(answer))
    (folder / "windows.n2s").write_bytes(written(windows({WINDOWS.id: ("ok", {"items": []})}, at=NOW)))

    assert added(capsys)[0] == 0
    assert len(in_store()) == 2


def test_a_store_of_before_gets_room_for_files(answer: bytes, folder: Path, capsys: Printed) -> None:
    import sqlite3

    from nis2scan.store import STEPS

    Path("out/store").mkdir(parents=True)
    db = sqlite3.connect("out/store/store.sqlite")
    db.executescript(f"{STEPS[0]} PRAGMA user_version = 1; INSERT INTO client VALUES ('C-1');")
    db.close()
    (folder / "a.n2s").write_bytes(answer)

    assert added(capsys)[0] == 0
    with Store(Path("out/store")) as store:
        assert (store.client_id(), len(store.delivered())) == ("C-1", 1)
    assert Path("out/store/store.before-2").exists()


def test_nobody_else_can_read_what_is_kept(answer: bytes, folder: Path, capsys: Printed) -> None:
    (folder / "a.n2s").write_bytes(answer)
    before = os.umask(0)
    try:
        added(capsys)
    finally:
        os.umask(before)

    assert all(path.stat().st_mode & 0o077 == 0 for path in Path("out/store").rglob("*"))


def test_whoever_removes_what_is_kept_may_add_it_again(answer: bytes, folder: Path, capsys: Printed) -> None:
    (folder / "a.n2s").write_bytes(answer)
    added(capsys)
    (kept,) = Path("out/store/delivered").iterdir()
    kept.unlink()

    assert in_store() == []
    assert added(capsys)[2].startswith("1 added")
