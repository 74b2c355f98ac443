"""The helper that sudo allows: it answers what a root shell answered, and nobody becomes root through it."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from nis2scan.api import Recording, Root, Status, shell
from nis2scan.cli import run
from nis2scan.cli.permissions import sudoers_line
from nis2scan.collect import collect
from nis2scan.facts.session import Session
from nis2scan.model import Question
from nis2scan.testing import fact, rules
from nis2scan.transport.local import Local
from nis2scan.transport.posix_helper import HELPER, helper, version

REAL_ROOT = sys.platform != "win32" and os.geteuid() == 0
UID = 64101
HELLO = shell("echo hello; id -u", runs=("id",), seconds=1)
WIDE = shell("echo wide; id -u", runs=("id",), root=Root.PREFERRED)
DEEP = shell("echo deep; id -u", runs=("id",), root=Root.REQUIRED)
FEW = (HELLO, WIDE, DEEP)
NONCE = "0123456789abcdef0123456789abcdef"
SHELLS = ("dash", "bash", "busybox", "mksh")

# Mounts of its own: an /etc with one account more and no sudo rules but ours, empty homes, and our helper.
PLACE = r"""
d=$1; shift
mount -t tmpfs none /run && mkdir /run/up /run/work /run/open && chmod 1777 /run/open || exit 90
mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/up,workdir=/run/work /etc || exit 91
rm -rf /etc/sudoers.d; cp "$d/sudoers" /etc/sudoers; chmod 440 /etc/sudoers
echo 'scan:x:64101:64101::/home/scan:/bin/sh' >> /etc/passwd; echo 'scan:x:64101:' >> /etc/group
echo 'scan:*:20000::::::' >> /etc/shadow
mount -t tmpfs -o mode=755 none /usr/local/sbin && mount -t tmpfs -o mode=755 none /home || exit 92
mkdir /home/scan && cp -rP "$d/home/." /home/scan/ && chown -hR 64101:64101 /home/scan
[ -f "$d/facts" ] && install -o root -g root -m 0755 "$d/facts" /usr/local/sbin/nis2scan-facts
echo CANARY-OF-ROOT ssh-ed25519 CANARY > /run/canary; chmod 600 /run/canary
[ -f "$d/shell" ] && { mount --bind "$(command -v "$(cat "$d/shell")")" "$(readlink -f /bin/sh)" || exit 93; }
cd /home/scan
[ -f "$d/beside" ] && sh "$d/beside" &
setpriv --reuid 64101 --regid 64101 --clear-groups --inh-caps=-all \
  env -i HOME=/home/scan USER=scan PATH=/usr/local/bin:/usr/bin:/bin "$@"
r=$?
for f in /run/open/*; do [ -e "$f" ] && stat -c 'made %u %n' "$f"; done
exit $r
"""


@dataclass(frozen=True)
class Place:
    """A machine with the account `scan`, which may start the helper and nothing else."""

    folder: Path

    def put(self, name: str, text: str, mode: int = 0o755) -> None:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)

    @property
    def command(self) -> tuple[str, ...]:
        return ("unshare", "-m", "--propagation", "private", "sh", str(self.folder / "place"), str(self.folder))

    def does(self, script: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """What the account does with a shell of its own; `made UID FILE` tells what it left in /run/open."""
        return subprocess.run(
            [*self.command, "/usr/bin/bash", "-c", script],
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=60,
            check=False,
        )

    def visited(self, *questions: Question, become: str = "helper", seconds: float = 60) -> Recording:
        way = Local(become=become, shell=(*self.command, "sh", "-s"))
        return collect("host", way, questions or FEW, seconds)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    if not REAL_ROOT:
        pytest.skip("needs root: the account lives in mounts of its own")
    made = Place(tmp_path / "place")
    made.put("place", PLACE)
    made.put("sudoers", "Defaults !mail_no_user, !mail_badpass\n" + sudoers_line("scan") + "\n", 0o600)
    made.put("facts", helper(FEW))
    (made.folder / "home").mkdir()
    return made


def fed(questions: tuple[Question, ...] = FEW, nonce: str = NONCE) -> str:
    """What a scan sends to the helper."""
    up = int(float(Path("/proc/uptime").read_text().split()[0]))
    return f"{nonce} {version(questions)} 30 {up}\n"


# ---- it works ----------------------------------------------------------------------------------


def rights(got: Recording, question: Question) -> tuple[str, bool]:
    return got.answer(question).text, got.answer(question).as_root


def test_what_needs_root_is_answered_in_one_round_trip_and_the_rest_as_the_account(place: Place) -> None:
    got = place.visited()

    assert rights(got, HELLO) == (f"hello\n{UID}\n", False)
    assert rights(got, WIDE) == ("wide\n0\n", True)
    assert rights(got, DEEP) == ("deep\n0\n", True)
    seen = fact(Session, got)
    assert (seen.root, seen.refusal, seen.uid) == (True, "", UID)


@pytest.mark.parametrize("name", SHELLS)
def test_it_works_whatever_shell_sh_is(place: Place, name: str) -> None:
    place.put("shell", name)

    assert rights(place.visited(), DEEP) == ("deep\n0\n", True)


def test_it_answers_what_a_root_shell_answers(place: Place) -> None:
    """Every question of every check, asked both ways on the same machine."""
    questions = tuple(item for item in rules().questions if item.kind == "shell")
    place.put("facts", helper(questions))
    by_helper = place.visited(*questions, seconds=110)
    place.put("sudoers", "scan ALL=(root) NOPASSWD: /bin/sh\n", 0o600)
    by_shell = place.visited(*questions, become="sudo", seconds=110)

    def rows(got: Recording) -> dict[str, tuple[str, bool, int | None]]:
        timed = {Status.TIMEOUT}  # on a busy machine either may be late
        answers = [got.answer(item) for item in questions]
        return {a.question.id: (a.status, a.as_root, a.code) for a in answers if a.status not in timed}

    one, other = rows(by_helper), rows(by_shell)
    both = one.keys() & other.keys()
    assert len(both) > 0.8 * len(questions)
    assert {name: one[name] for name in both if one[name] != other[name]} == {}
    assert sum(as_root for _, as_root, _ in one.values()) > 10


@pytest.mark.parametrize(("setting", "as_root"), [("use_pty", True), ("log_output", True), ("requiretty", False)])
def test_settings_of_sudo_that_are_in_use(place: Place, setting: str, as_root: bool) -> None:
    """No terminal is asked for: where sudo wants one, that part is denied, and it is said."""
    logs = "Defaults iolog_dir=/run/logs\n"
    place.put("sudoers", f"{logs}Defaults {setting}\n{sudoers_line('scan')}\n", 0o600)
    got = place.visited()

    assert rights(got, HELLO) == (f"hello\n{UID}\n", False)
    assert rights(got, WIDE) == (f"wide\n{0 if as_root else UID}\n", as_root)
    assert got.answer(DEEP).status is (Status.OK if as_root else Status.DENIED)
    assert bool(fact(Session, got).refusal) is not as_root


@pytest.mark.parametrize("missing", ["helper", "rule", "version"])
def test_without_it_that_part_is_denied_with_what_to_do_and_the_rest_is_answered(place: Place, missing: str) -> None:
    if missing == "helper":
        (place.folder / "facts").unlink()
    elif missing == "rule":
        place.put("sudoers", "root ALL=(ALL:ALL) ALL\n", 0o600)
    else:
        place.put("facts", helper((HELLO, DEEP)))
    got = place.visited()

    assert rights(got, WIDE) == (f"wide\n{UID}\n", False)
    assert got.answer(DEEP).status is Status.DENIED
    assert fact(Session, got).root is False
    if missing == "version":
        assert "another version is wanted" in got.answer(DEEP).complaint
        assert "nis2scan permissions linux" in got.answer(DEEP).complaint


def test_the_version_changes_with_what_is_asked_and_with_nothing_else() -> None:
    assert version(FEW) == version(FEW)
    assert version((HELLO, WIDE)) != version(FEW)
    assert version((DEEP, WIDE)) == version((HELLO, DEEP, WIDE))  # what is not asked as root is not in it
    assert HELLO.text not in helper(FEW)


# ---- nobody becomes root through it ------------------------------------------------------------

HOSTILE = """#!/bin/sh
/usr/bin/id -u > /run/open/ran-$(/usr/bin/id -u)
exec /usr/bin/{name} "$@"
"""
SETTINGS = {
    "as printed": "",
    "env_keep": 'Defaults env_keep += "PATH ENV BASH_ENV IFS PS4 CDPATH PYTHONPATH AWKPATH GREP_OPTIONS TMPDIR"\n',
    "no env_reset": "Defaults !env_reset\n",
}
ARGUMENTS = ["-c id", "id", "/home/scan/x", '""', "--", "-s", "'; id'", "$'\\n'", "../../bin/sh", "-p -c id"]
AROUND = [
    "sudo -n /bin/sh -c id",
    "sudo -n -s id",
    "sudo -n -i id",
    "sudo -n id",
    f"sudo -n -u '#-1' {HELPER}",
    f"sudo -n -g root {HELPER}",
    f"sudo -n -C 9 {HELPER}",
    f"sudo -n -R /home/scan {HELPER}",
    f"sudo -n -D /home/scan {HELPER}",
    f"sudo -n -e {HELPER}",
    f"sudo -n PATH=/home/scan {HELPER}",
    f"sudo -n LD_PRELOAD=/home/scan/x.so {HELPER}",
    f"sudo -n -E {HELPER}",
    f"ln -s {HELPER} facts; sudo -n ./facts",
    "ln -s /bin/sh nis2scan-facts; PATH=/home/scan:$PATH sudo -n nis2scan-facts",
    "cd /usr/local; sudo -n sbin/../sbin/nis2scan-facts x",
    f"sudo -n {HELPER} >&- 2>&-",
    f"sudo -n {HELPER} <&-",
    f"mkdir gone; cd gone; rmdir ../gone; sudo -n {HELPER}",
    f"ulimit -n 20; ulimit -f 0; sudo -n {HELPER}",
    f"exec 3</home/scan 4>/run/open/four; sudo -n {HELPER}",
]


def no_root(done: subprocess.CompletedProcess[str]) -> None:
    """Nothing of root's was shown, and nothing was started or made as root."""
    assert "uid=0" not in done.stdout + done.stderr
    assert "CANARY" not in done.stdout + done.stderr
    assert "made 0 " not in done.stdout, done.stdout


def test_these_tests_would_see_it(place: Place) -> None:
    place.put("sudoers", "scan ALL=(root) NOPASSWD: ALL\n", 0o600)

    for done in (
        place.does("sudo -n id"),
        place.does("sudo -n cat /run/canary"),
        place.does("sudo -n touch /run/open/x"),
    ):
        with pytest.raises(AssertionError):
            no_root(done)


@pytest.mark.parametrize("words", ARGUMENTS)
def test_arguments_are_refused_by_sudo(place: Place, words: str) -> None:
    done = place.does(f"sudo -n {HELPER} {words}", fed())

    assert done.returncode == 1
    no_root(done)


@pytest.mark.parametrize("words", ARGUMENTS)
def test_arguments_are_refused_by_the_helper_where_a_rule_would_let_them_in(place: Place, words: str) -> None:
    place.put("sudoers", f"scan ALL=(root) NOPASSWD: {HELPER}\n", 0o600)
    done = place.does(f"sudo -n {HELPER} {words}", fed())

    assert (done.returncode, done.stderr) == (64, "nis2scan-facts: takes no arguments\n")
    no_root(done)


@pytest.mark.parametrize("script", AROUND)
def test_no_way_around_it(place: Place, script: str) -> None:
    done = place.does(script, fed())

    no_root(done)
    assert done.returncode != 0 or NONCE in done.stdout


@pytest.mark.parametrize("name", SHELLS)
@pytest.mark.parametrize("settings", SETTINGS)
def test_the_environment_of_the_caller_reaches_nothing(place: Place, settings: str, name: str) -> None:
    """Even where sudo is told to let it through: hostile programs first in PATH, and every variable of shells."""
    place.put("sudoers", SETTINGS[settings] + sudoers_line("scan") + "\n", 0o600)
    place.put("shell", name)
    for program in ("head", "id", "sleep", "gzip", "cat", "env", "awk", "sed", "sh", "printf"):
        place.put(f"home/bin/{program}", HOSTILE.format(name=program))
    place.put("home/rc", "/usr/bin/touch /run/open/rc-$(/usr/bin/id -u)\n")
    environment = shell("env; echo end", runs=("env",), root=Root.REQUIRED)
    place.put("facts", helper((environment, DEEP)))
    script = f"""
export PATH=/home/scan/bin:/usr/bin:/bin ENV=/home/scan/rc BASH_ENV=/home/scan/rc IFS=/ PS4='$(/home/scan/rc)'
export CDPATH=/home
export LD_PRELOAD=/home/scan/x.so LD_LIBRARY_PATH=/home/scan PYTHONPATH=/home/scan AWKPATH=/home/scan TMPDIR=/home/scan
export SHELLOPTS n2_nonce=mine n2_text='id > /run/open/text'
head() {{ /home/scan/bin/head "$@"; }}; printf() {{ /usr/bin/touch /run/open/function; }}; export -f head printf
cd /home/scan/bin
exec /usr/bin/sudo -n {HELPER}
"""
    done = place.does(script, fed((environment, DEEP)))

    no_root(done)
    assert "deep\n0\n" in done.stdout
    inside = done.stdout.split(" B env")[1].split("end\n")[0]
    assert "/home/scan" not in inside
    assert "PATH=/usr/sbin:/usr/bin:/sbin:/bin\n" in inside
    # dash goes on exporting IFS once it came in from outside; the value is that of the helper.
    assert not re.search(
        r"^(ENV=|BASH_ENV=|IFS=(?! \t$)|PS4=|LD_\w+=|PYTHONPATH=|TMPDIR=|n2_\w+=|BASH_FUNC)", inside, re.MULTILINE
    )


STDIN = [
    "",
    "\n",
    "id > /run/open/x\n",
    "$(id > /run/open/x) {version} 30 1\n",
    "`id>/run/open/x` {version} 30 1\n",
    "{nonce} {version} 30 1;id>/run/open/x\n",
    "{nonce} {version} 30 a[$(id>/run/open/x)]\n",
    "{nonce} {version} 9999 1\n",
    "{nonce} {version} -1 1\n",
    "{nonce} {version} 30\n",
    "{nonce} {version} 30 1 1\n",
    "{nonce} {version} 30 1\nid > /run/open/x\n",
    "{nonce} {version} 30 ff\n",
    "{nonce}  {version} 30 1\n",
    "* * * *\n",
    "-c id 1 1\n",
    "{nonce} ../../../../ 30 1\n",
    "n2_part() {{ id; }}\n",
    "main() {{ id > /run/open/x; }}; main\n",
    "A" * 100_000,
    "\0" * 5000,
    "{nonce} {version} 30 1\n" + "id > /run/open/x\n" * 5000,
]


@pytest.mark.parametrize("name", SHELLS)
def test_what_comes_on_standard_input_is_never_run(place: Place, name: str) -> None:
    place.put("shell", name)
    for number, text in enumerate(STDIN):
        place.put(f"home/in/{number:02}", text.format(nonce=NONCE, version=version(FEW)))
    done = place.does(f"for f in in/*; do sudo -n {HELPER} < $f; echo status $?; done")

    no_root(done)
    assert "made " not in done.stdout
    codes = re.findall(r"^status (\d+)$", done.stdout, re.MULTILINE)
    assert codes == ["64"] * len(STDIN)


def test_the_account_can_neither_change_nor_replace_it(place: Place) -> None:
    tries = [
        f"echo x >> {HELPER}",
        f"rm -f {HELPER}",
        f"mv {HELPER} {HELPER}.old",
        f"ln -sf /bin/sh {HELPER}",
        f"cp /bin/sh {HELPER}",
        f"chmod u+s {HELPER}",
        "mv /usr/local/sbin /usr/local/gone",
        f"mount --bind /home/scan {HELPER}",
    ]
    done = place.does("\n".join(f"{each} 2>/dev/null && echo DONE" for each in tries) + f"\nsudo -n {HELPER}", fed())

    assert "DONE" not in done.stdout
    assert "deep\n0\n" in done.stdout


@pytest.mark.parametrize("name", SHELLS)
def test_what_runs_was_read_whole_so_that_a_change_meanwhile_changes_nothing(place: Place, name: str) -> None:
    """Root himself installs another file over it, in place, while it runs."""
    slow = shell("sleep 3; echo slow", runs=("sleep",), root=Root.REQUIRED, seconds=8)
    place.put("shell", name)
    place.put("facts", helper((slow, DEEP)))
    other = "touch /run/open/replaced\\n" * 5000
    place.put("beside", f"sleep 1.5; printf '{other}' > {HELPER}\n")
    began = time.monotonic()
    done = place.does(f"sudo -n {HELPER}", fed((slow, DEEP)))

    assert time.monotonic() - began > 3
    assert "slow\n" in done.stdout
    assert "deep\n0\n" in done.stdout
    assert "replaced" not in done.stdout
    assert done.returncode == 42


def test_hostile_homes_show_nothing_of_root_and_hang_nothing(place: Place) -> None:
    """Every file in a home that a question may look at leads to a file of root, or is a pipe that nobody writes to."""
    questions = tuple(item for item in rules().questions if item.kind == "shell")
    texts = " ".join(item.text for item in questions)
    names = {name.strip("/.") for name in re.findall(r"\.((?:ssh|config|cache|local|borg|restic|kube)[\w/-]*)", texts)}
    names |= {"ssh/authorized_keys", "ssh/authorized_keys2", "profile", "bashrc", "netrc", "forward", "rhosts"}
    files = sorted(f".{name}" for name in names if not any(other.startswith(f"{name}/") for other in names))
    place.put("facts", helper(questions))
    for kind in ("link", "pipe"):
        shutil.rmtree(place.folder / "home")
        for name in files:
            file = place.folder / "home" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            if kind == "link":
                file.symlink_to("/run/canary")
            else:
                os.mkfifo(file)
        began = time.monotonic()
        got = place.visited(*questions, seconds=110)
        whole = b"".join(answer.out + answer.err for answer in got.answers.values())

        assert fact(Session, got).root
        assert b"CANARY" not in whole
        assert time.monotonic() - began < 100
        assert fact(Session, got).bye > 0


# ---- what is printed ---------------------------------------------------------------------------


def test_the_steps_the_hash_and_the_one_line_are_printed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    assert run(["permissions", "linux", "--helper"]) == 0
    text = capsys.readouterr().out
    printed = {}
    for language in ("nl", "en"):
        assert run(["permissions", "linux", "--language", language]) == 0
        printed[language] = capsys.readouterr().out

    for steps in printed.values():
        assert hashlib.sha256(text.encode()).hexdigest() in steps
        assert '\n    nis2scan ALL=(root) NOPASSWD: /usr/local/sbin/nis2scan-facts ""\n' in steps
        assert 'become = "helper"' in steps
    assert "Installeer het daar als root" in printed["nl"]
    assert "Install it there as root" in printed["en"]
    assert text == helper(rules().questions)
    assert text.startswith("#!/bin/sh\n")
    assert text.endswith('main "$@"; exit\n')


@pytest.mark.parametrize("user", ["root ALL=(ALL) ALL\nx", "a b", "%wheel", "ALL=", "-x", "Ä", "a" * 40])
def test_the_name_of_the_account_is_only_a_name(user: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["permissions", "linux", f"--user={user}"]) == 2
    assert "no name of an account" in capsys.readouterr().err


@pytest.mark.skipif(shutil.which("visudo", path="/usr/sbin:/usr/bin") is None, reason="sudo is not on this machine")
def test_visudo_understands_the_line(tmp_path: Path) -> None:
    file = tmp_path / "line"
    file.write_text(sudoers_line("nis2scan") + "\n")
    file.chmod(0o440)
    done = subprocess.run(
        ["/usr/sbin/visudo", "-c", "-s", "-f", str(file)], capture_output=True, text=True, check=False
    )

    assert "parsed OK" in done.stdout, done.stderr


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
def test_shellcheck_finds_no_error_in_the_helper(tmp_path: Path) -> None:
    file = tmp_path / "facts"
    file.write_text(helper(rules().questions))
    done = subprocess.run(
        ["shellcheck", "-s", "sh", "-S", "error", str(file)], capture_output=True, text=True, check=False
    )

    assert done.stdout == ""


@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_to_prepare_on_windows_is_printed_in_both_languages(
    language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["permissions", "windows", "--language", language]) == 0
    steps = capsys.readouterr().out
    assert "collect-script windows" in steps
    assert "winrm quickconfig -transport:https" in steps
    prose = [line for line in steps.splitlines() if not line.startswith("    ")]
    assert [line for line in prose if len(line) > 80] == []
    assert ("per bestand" in steps) is (language == "nl")
