"""Package sources, what is held back, snaps, flatpaks and containers, and longer support.

The answers have the shape that the questions print on real files here; files of systems other than Debian are written
after the documentation of their tools.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nis2scan.api import Confidence, Finding, Outcome, Reason
from nis2scan.facts.linux.apt import APT
from nis2scan.facts.linux.bundles import BUNDLES, Bundles
from nis2scan.facts.linux.held_back import HELD, HeldBack
from nis2scan.facts.linux.longer_support import LONGER, LongerSupport
from nis2scan.facts.linux.package_sources import APT_SOURCES, PackageSources
from nis2scan.facts.linux.package_sources_rpm import INI_SOURCES
from nis2scan.facts.linux.system import OS_RELEASE
from nis2scan.testing import NOON, answered, fact, findings, only, recording

P, W, F, N, Q = Outcome.PASS, Outcome.WARN, Outcome.FAIL, Outcome.NOT_APPLICABLE, Outcome.NOT_ASSESSED
SHELLS = [["dash"], ["bash", "--posix"], ["busybox", "sh"], ["mksh"]]
every_shell = pytest.mark.parametrize("shell", SHELLS, ids=lambda words: words[0])

DEBIAN = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n'
UBUNTU = 'ID=ubuntu\nVERSION_ID="24.04"\nVERSION_CODENAME=noble\nUBUNTU_CODENAME=noble\n'


def put(text: str, shell: list[str]) -> str:
    """What a real shell prints for the text of a question; its folders may have been moved."""
    if shutil.which(shell[0]) is None:
        pytest.skip(f"{shell[0]} is not on this machine")
    setting = {"LC_ALL": "C", "TZ": "UTC0", "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
    done = subprocess.run([*shell, "-s"], input=text, capture_output=True, text=True, env=setting)
    assert done.returncode == 0, done.stderr
    return done.stdout


# ---- package sources ---------------------------------------------------------------------------

SOURCES = "updates/package-sources-trusted"
SETTINGS = (
    'Dir::Etc::sourcelist "sources.list";\nDir::Etc::sourceparts "sources.list.d";\n'
    'Acquire::AllowInsecureRepositories "0";\n'
)
MAIN = "deb http://mirror.office/debian bookworm main\n"
FIXES = "deb http://mirror.office/debian-security bookworm-security main\n"
LIST, STANZAS = "==file /etc/apt/sources.list\n", "==file /etc/apt/sources.list.d/debian.sources\n"
DEB822 = (
    "Types: deb\nURIs: http://mirror.office/debian\nSuites: bookworm bookworm-updates\n.\n"
    "Types: deb\nURIs: http://mirror.office/debian-security\nSuites: bookworm-security\n.\n"
)


def apt(told: str, release: str = DEBIAN, settings: str = SETTINGS) -> Finding:
    box = recording(answered(APT_SOURCES, f"dpkg\n{settings}{told}==end\n"), answered(OS_RELEASE, release))
    return only(SOURCES, box)


@pytest.mark.parametrize(
    ("told", "outcome", "named"),
    [
        (LIST + MAIN + FIXES, P, "2 sources"),
        (STANZAS + DEB822, P, "3 sources"),
        (LIST + MAIN, F, "bookworm"),
        (LIST + MAIN + FIXES.replace("deb ", "deb-src ", 1), F, "bookworm"),
        (LIST + MAIN + FIXES.replace("bookworm", "bullseye"), F, "bookworm"),
        (STANZAS + DEB822.replace("Suites: bookworm-s", "Enabled: no\nSuites: bookworm-s"), F, "bookworm"),
        (STANZAS + DEB822.replace("Suites: bookworm-security", "Suites:\n bookworm-security"), P, "3 sources"),
        (LIST + MAIN + FIXES + "deb [arch=amd64 trusted=yes] http://a.example/x ./\n", F, "http://a.example/x"),
        (LIST + MAIN + FIXES + "deb [ allow-insecure=yes ] http://a.example/x ./\n", F, "http://a.example/x"),
        (STANZAS + DEB822.replace("URIs", "Trusted: yes\nURIs", 1), F, "bookworm"),
        (LIST + MAIN + FIXES + "deb [trusted=yes] file:/srv/packages ./\n", W, "file:/srv/packages"),
        (LIST + MAIN + FIXES + "deb http://mirror.office/debian trixie main\n", W, "trixie"),
        (LIST + MAIN + FIXES + "deb http://mirror.office/debian-security sid main\n", W, "sid"),
        (LIST + MAIN + FIXES + "deb https://updates.example/desktop xenial main\n", P, "3 sources"),
        (LIST + MAIN + FIXES + "deb http://mirror.office/debian bookworm-backports main\n", P, "3 sources"),
        (LIST + MAIN + FIXES + "==off /etc/apt/sources.list.d/docker.list\n", W, "docker.list"),
        ("", F, "on"),
    ],
)
def test_sources_of_apt_bring_fixes_and_are_signed(told: str, outcome: Outcome, named: str) -> None:
    found = apt(told)

    assert found.outcome is outcome
    assert named in str(found.found)


def test_a_setting_that_lets_everything_in_unsigned_fails() -> None:
    assert apt(LIST + MAIN + FIXES, settings=SETTINGS + 'APT::Get::AllowUnauthenticated "true";\n').outcome is F
    assert apt(LIST + MAIN + FIXES, settings=SETTINGS.replace('"0"', '"1"')).outcome is F


def test_a_personal_archive_of_an_older_release_is_a_warning() -> None:
    mirror = "deb http://nl.archive.ubuntu.com/ubuntu"
    noble = f"{mirror} noble main\n{mirror} noble-security main\n"
    ppa = "deb https://ppa.launchpadcontent.net/x/y/ubuntu jammy main\n"

    assert apt(LIST + noble, UBUNTU).outcome is P
    assert apt(LIST + noble + ppa, UBUNTU).outcome is W


def test_systems_that_are_built_on_another_count_by_that_other() -> None:
    mint = 'ID=linuxmint\nVERSION_ID="22"\nVERSION_CODENAME=wilma\nUBUNTU_CODENAME=noble\n'
    own = "deb http://packages.linuxmint.com wilma main\ndeb http://archive.ubuntu.com/ubuntu noble main\n"

    assert apt(LIST + own, mint).outcome is F
    assert apt(LIST + own + "deb http://security.ubuntu.com/ubuntu noble-security main\n", mint).outcome is P


@pytest.mark.parametrize(
    ("release", "suites", "outcome"),
    [
        ("ID=kali\nVERSION_CODENAME=kali-rolling\n", ["kali-rolling"], P),
        ("ID=debian\nVERSION_CODENAME=forky\n", ["forky", "testing"], P),
        ("ID=unheard\nVERSION_CODENAME=of\n", ["of"], Q),
        (DEBIAN, ["stable", "stable-security"], Q),
        ('ID=debian\nVERSION_ID="8"\nVERSION="8 (jessie)"\n', ["jessie", "jessie/updates"], P),
        ('ID=debian\nVERSION_ID="8"\n', ["jessie", "jessie/updates"], Q),
    ],
)
def test_rolling_and_unknown_systems_and_names_that_move(release: str, suites: list[str], outcome: Outcome) -> None:
    lines = "".join(f"deb http://deb.example/x {suite} main\n" for suite in suites)

    assert apt(LIST + lines, release).outcome is outcome


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (f"dpkg\n{SETTINGS}{LIST}{MAIN}{FIXES}", Reason.TRUNCATED),
        (f"dpkg\n{SETTINGS}{LIST}{MAIN}{FIXES}==unread /etc/apt/sources.list.d/x.list\n==end\n", Reason.NO_PRIVILEGE),
        (f"{SETTINGS}{LIST}{MAIN}{FIXES}==end\n", Reason.TOOL_MISSING),
        (f"dpkg\n{LIST}{MAIN}{FIXES}==end\n", Reason.UNSUPPORTED_PLATFORM),
        (f"dpkg\n{SETTINGS.replace('sources.list.d', 'x')}{LIST}{MAIN}{FIXES}==end\n", Reason.UNSUPPORTED_PLATFORM),
    ],
)
def test_sources_that_were_not_all_read_are_not_assessed(told: str, reason: Reason) -> None:
    others = answered(INI_SOURCES, "==end\n")
    found = only(SOURCES, recording(answered(APT_SOURCES, told), others, answered(OS_RELEASE, DEBIAN)))

    assert (found.outcome, found.reason) == (Q, reason)


@every_shell
def test_real_files_of_apt_are_told_without_passwords_and_keys(shell: list[str], tmp_path: Path) -> None:
    (tmp_path / "a.list").write_text(
        "# deb http://commented.example/ x main\n"
        "  deb [signed-by=/k.gpg] https://user:hunter2@a.example/x bookworm main # a remark\n"
        "#deb https://b.example noble main # disabled on upgrade to noble\n"
    )
    (tmp_path / "b.sources").write_text(
        "# A remark: about it\nTypes: deb\nURIs: https://me:hunter2@c.example/\n"
        "Suites:\n bookworm\n bookworm-security\nComponents: main\n"
        "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n hunter2\n\n"
        "Enabled: no\nTypes: deb\nURIs: https://d.example/\nSuites: bookworm\nTrusted: yes\n"
    )
    (tmp_path / "c.list.save").write_text("deb [trusted=yes] http://saved.example x main\n")
    moved = APT_SOURCES.text.replace("/etc/apt/sources.list.d", str(tmp_path)).replace("/etc/apt/sources.list ", " ")

    told = put(moved, shell)

    assert "hunter2" not in told
    found = fact(PackageSources, recording(answered(APT_SOURCES, told), answered(OS_RELEASE, DEBIAN)))
    assert (found.count, found.unchecked, found.no_fixes) == (3, (), "")
    assert found.switched_off == (f"{tmp_path}/a.list",)


@every_shell
def test_the_sources_of_this_machine_are_read(shell: list[str]) -> None:
    if shutil.which("apt-config") is None:
        pytest.skip("this machine has no apt")
    box = recording(
        answered(APT_SOURCES, put(APT_SOURCES.text, shell)),
        answered(OS_RELEASE, Path("/etc/os-release").read_text()),
    )

    assert fact(PackageSources, box).count > 0


YUM = "==file /etc/dnf/dnf.conf\n[main]\ngpgcheck=1\n==file /etc/yum.repos.d/a.repo\n"
FEDORA = 'ID=fedora\nVERSION_ID="42"\nPRETTY_NAME="Fedora Linux 42"\n'
ROCKY = 'ID=rocky\nID_LIKE="rhel"\nVERSION_ID="9.6"\n'
LEAP = 'ID=opensuse-leap\nVERSION_ID="15.6"\nPRETTY_NAME="openSUSE Leap 15.6"\n'
PACMAN = "==file /etc/pacman.conf\n[options]\nSigLevel=Required DatabaseOptional\n[core]\nInclude=/etc/m\n"


@pytest.mark.parametrize(
    ("told", "release", "outcome"),
    [
        (YUM + "[baseos]\nenabled=1\n", ROCKY, P),
        (YUM + "[baseos]\n", ROCKY, P),
        (YUM + "[baseos]\ngpgcheck=1\n[x]\nenabled=0\ngpgcheck=0\n", ROCKY, P),
        (YUM + "[baseos]\n[x]\nenabled=1\ngpgcheck=0\n", ROCKY, F),
        (YUM + "[baseos]\n[x]\nenabled=1\ngpgcheck=1\npkg_gpgcheck=False\n", ROCKY, F),
        (YUM.replace("gpgcheck=1", "gpgcheck=0") + "[baseos]\n", ROCKY, F),
        (YUM.replace("gpgcheck=1\n", "") + "[baseos]\n", ROCKY, Q),
        (YUM.replace("gpgcheck=1\n", "") + "[fedora]\n[updates]\n==dnf5\n", FEDORA, P),
        (YUM + "[baseos]\nenabled=0\n", ROCKY, F),
        (YUM + "[fedora]\n[updates]\n", FEDORA, P),
        (YUM + "[fedora]\n[updates]\nenabled=0\n", FEDORA, F),
        (YUM + "[x]\ngpgcheck=0\n==file /etc/dnf/repos.override.d/z.repo\n[x]\ngpgcheck=1\n", ROCKY, P),
        (YUM + "[x]\n==file /etc/dnf/repos.override.d/z.repo\n[x*]\ngpgcheck=0\n", ROCKY, Q),
        (YUM.replace("gpgcheck=1", "reposdir=/srv") + "[baseos]\ngpgcheck=1\n", ROCKY, Q),
        ("==file /etc/zypp/repos.d/a.repo\n[repo-oss]\nenabled=1\n[repo-update]\nenabled=1\n", LEAP, P),
        ("==file /etc/zypp/repos.d/a.repo\n[repo-oss]\nenabled=1\n[repo-update]\nenabled=0\n", LEAP, F),
        ("==file /etc/zypp/repos.d/a.repo\n[repo-update]\nenabled=1\ngpgcheck=0\n", LEAP, F),
        (PACMAN, "ID=arch\n", P),
        (PACMAN + "[x]\nSigLevel=Never\n", "ID=arch\n", F),
        (PACMAN + "[x]\nSigLevel=Optional TrustAll\n", "ID=arch\n", F),
        (PACMAN + "[x]\nSigLevel=PackageOptional\n", "ID=arch\n", W),
        (PACMAN.replace("Required DatabaseOptional", "DatabaseOptional"), "ID=arch\n", Q),
        ("", ROCKY, Q),
    ],
)
def test_sources_of_other_package_managers_check_signatures(told: str, release: str, outcome: Outcome) -> None:
    assert (
        only(SOURCES, recording(answered(INI_SOURCES, f"{told}==end\n"), answered(OS_RELEASE, release))).outcome
        is outcome
    )


@every_shell
def test_real_files_of_dnf_are_told_without_addresses(shell: list[str], tmp_path: Path) -> None:
    (tmp_path / "a.repo").write_text(
        "[good]\nname=Good\nbaseurl=https://u:hunter2@x.example/\nenabled = 1\npassword=hunter2\ngpgcheck=1\n\n"
        "[bad]\n# gpgcheck=1\n enabled=1 \n gpgcheck = 0 \n\n[off]\nenabled=0\ngpgcheck=0\n"
    )
    told = put(
        INI_SOURCES.text.replace("/etc/yum.repos.d", f"{tmp_path}/").replace(f"{tmp_path}//", f"{tmp_path}/"), shell
    )
    told = told.replace(str(tmp_path), "/etc/yum.repos.d")

    assert "hunter2" not in told
    assert fact(PackageSources, recording(answered(INI_SOURCES, told), answered(OS_RELEASE, ROCKY))).unchecked == (
        "bad",
    )


# ---- held back ---------------------------------------------------------------------------------

HOLDS = "updates/nothing-held-back"
DPKG = "==dpkg\n"
A_PIN = "==pins /etc/apt/preferences.d/x\nPackage: {names}\nPin: {pin}\nPin-Priority: {priority}\n"
NODE = A_PIN.format(names="nodejs", pin="origin deb.nodesource.com", priority=600)
ESM = A_PIN.format(names="*", pin="release o=UbuntuESMApps, n=noble", priority="never")
BACKPORTS = A_PIN.format(names="*", pin="release a=bookworm-backports", priority=100)
KEPT_AT = A_PIN.format(names="openssh-client libssl*", pin="version 1:9.2*", priority=1001)
KEPT_OUT = A_PIN.format(names="firefox", pin="version 5.14*", priority=-1)
NO_FIXES = A_PIN.format(names="*", pin="release l=Debian-Security", priority=-1)
LESS_FIXES = A_PIN.format(names="*", pin="release n=bookworm-security", priority=400)
# A fix for openssh-client waits: what the question about apt prints.
WAITING = (
    "now 1795521600\nrefreshed 1795521000\ninfo 1795000000\n"
    "release /l/s_InRelease\nOrigin: Debian\nSuite: oldstable-security\n"
    "list /l/s_main_binary-amd64_Packages\nbytes 10\n"
    "offer openssh-client amd64 1:9.2p1-2+deb12u9\ninstalled openssh-client hi amd64 1:9.2p1-2+deb12u6\n"
    "native amd64\nactivity 1795000000\ninstalled_total 2\nstanzas 3\nend\n"
)


NO_FIX = WAITING.replace("offer openssh-client amd64 1:9.2p1-2+deb12u9\n", "")


def holding(told: str, lists: str | None = NO_FIX) -> Finding:
    more = [answered(APT, lists)] if lists is not None else []
    return only(HOLDS, recording(answered(HELD, f"{told}==end\n"), *more))


@pytest.mark.parametrize(
    "told", [DPKG, DPKG + NODE, DPKG + ESM, DPKG + BACKPORTS, "==other\n", "==ini /etc/dnf/dnf.conf\n==other\n"]
)
@pytest.mark.parametrize("lists", [None, NO_FIX, WAITING])
def test_nothing_held_back_passes_whatever_waits(told: str, lists: str | None) -> None:
    assert holding(told, lists).outcome is P


def test_a_hold_of_which_it_is_not_known_whether_a_fix_waits_is_not_assessed() -> None:
    found = holding("held openssh-client\n" + DPKG, None)

    assert found.outcome is Q
    assert "openssh-client" in str(found.found)
    assert holding("==ini /etc/dnf/dnf.conf\n php*\n==other\n", None).outcome is W  # of dnf it is never known


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ("held openssh-client\n" + DPKG, "openssh-client"),
        (DPKG + KEPT_AT, "libssl*"),
        (DPKG + KEPT_OUT, "firefox"),
        ("==ini /etc/dnf/dnf.conf\n kernel* php*\n==other\n", "php*"),
        ("==lock /etc/dnf/plugins/versionlock.list\nkernel-0:4.18.0-305.el8.*\n==other\n", "kernel-0"),
        ('==lock /etc/dnf/versionlock.toml\nversion = "1.0"\n[[packages]]\nname = "bash"\n==other\n', "bash"),
        ("==lock /etc/zypp/locks\ntype: package\nsolvable_name: kernel-default\n==other\n", "kernel-default"),
        ("==lock /etc/apk/world\nalpine-base\nnginx<1.27\n==other\n", "nginx<1.27"),
    ],
)
def test_what_is_held_back_is_a_warning_and_named(told: str, named: str) -> None:
    found = holding(told)

    assert found.outcome is W
    assert named in str(found.found)


@pytest.mark.parametrize(
    "told",
    [
        "==lock /etc/apk/world\nalpine-base\nx@edge\n==other\n",
        "==lock /etc/dnf/plugins/versionlock.list\n!x-1\n==other\n",
    ],
)
def test_what_only_looks_like_a_lock_is_none(told: str) -> None:
    assert holding(told).outcome is P


@pytest.mark.parametrize(
    "told", ["held openssh-client\n" + DPKG, DPKG + KEPT_AT, DPKG + KEPT_AT.replace("client", "*")]
)
def test_a_hold_that_a_security_fix_waits_for_fails(told: str) -> None:
    found = holding(told, WAITING)

    assert found.outcome is F
    assert "openssh-client" in str(found.found)


def test_a_hold_on_another_package_than_the_one_with_a_fix_is_a_warning() -> None:
    assert holding("held bash\n" + DPKG, WAITING).outcome is W
    assert holding("held " + "*o*p*e*n*\n" + DPKG, WAITING).outcome is W


def test_a_package_that_may_not_come_from_a_source_matters_when_a_fix_waits() -> None:
    barred = DPKG + A_PIN.format(names="openssh-client snapd", pin="release a=*", priority=-10)

    assert holding(barred).outcome is P
    assert holding(barred, WAITING).outcome is W
    assert holding(barred, None).outcome is Q


@pytest.mark.parametrize("pin", [NO_FIXES, LESS_FIXES])
def test_a_pin_that_keeps_all_security_fixes_out_fails(pin: str) -> None:
    assert holding(DPKG + pin).outcome is F


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("", Reason.TOOL_MISSING),
        ("==ini /etc/pacman.conf\n", Reason.TOOL_MISSING),
        (DPKG + "==unread /etc/apt/preferences.d/x\n", Reason.NO_PRIVILEGE),
    ],
)
def test_what_cannot_be_read_holds_who_knows_what(told: str, reason: Reason) -> None:
    assert (holding(told).outcome, holding(told).reason) == (Q, reason)


def test_a_cut_answer_about_holds_is_not_assessed() -> None:
    assert only(HOLDS, recording(answered(HELD, DPKG))).outcome is Q


@every_shell
def test_real_settings_that_hold_back_are_read(shell: list[str], tmp_path: Path) -> None:
    (tmp_path / "preferences.d").mkdir()
    (tmp_path / "preferences.d" / "a").write_text(
        "Explanation: why\nPackage: bash\nPin: version 5.2*\nPin-Priority: 1001\n\n# x\nPackage: *\n"
        "Pin: release a=bookworm-security\nPin-Priority: -1\n"
    )
    (tmp_path / "preferences.d" / "b.bak").write_text("Package: vim\nPin: version 9*\nPin-Priority: 1001\n")
    (tmp_path / "dnf.conf").write_text(
        "[main]\nexclude=kernel*,php*\n  httpd\ngpgcheck=1\n  no\n[x]\nexcludepkgs=zabbix*\n"
    )
    (tmp_path / "world").write_text("alpine-base\nnginx=1.26-r0\n")
    moved = HELD.text.replace("/etc/apt/", f"{tmp_path}/").replace("/etc/dnf/", f"{tmp_path}/")
    moved = moved.replace("/etc/apk/", f"{tmp_path}/").replace("echo ==end", "echo ==other; echo ==end")

    found = fact(HeldBack, recording(answered(HELD, put(moved, shell))))

    assert set(found.held) >= {"kernel*", "php*", "httpd", "nginx=1.26-r0"}
    assert not {"zabbix*", "no", "alpine-base"} & set(found.held)
    if shutil.which("dpkg-query"):
        assert (found.pinned, found.pinned_fixes) == (("bash",), (f"{tmp_path}/preferences.d/a",))


@every_shell
def test_real_holds_of_dpkg_are_read(shell: list[str], tmp_path: Path) -> None:
    """A real dpkg with a database of its own, in which one package is held."""
    if shutil.which("dpkg") is None:
        pytest.skip("this machine has no dpkg")
    status = (
        "Package: {}\nStatus: {} ok {}\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.nl>\nDescription: x\n\n"
    )
    rows = [("kept", "hold", "installed"), ("free", "install", "installed"), ("last", "hold", "installed")]
    (tmp_path / "status").write_text("".join(status.format(*row) for row in rows))
    (tmp_path / "info").mkdir()
    moved = HELD.text.replace("/var/lib/dpkg/status", f"{tmp_path}/status")

    told = put(moved.replace("dpkg-query -W", f"dpkg-query --admindir={tmp_path} -W"), shell)

    assert told.splitlines()[:3] == ["held kept", "held last", "==dpkg"]


# ---- containers, snaps, flatpaks ---------------------------------------------------------------
# What podman 4.3 and docker 20.10 wrote of containers that ran, in namespaces of their own; state.json of snapd is
# written after its source.

CONTAINERS = "updates/bundles-updated"


def ago(days: float) -> str:
    return f"{NOON - timedelta(days=days):%Y-%m-%dT%H:%M:%S}.868577123Z"


def docker(days: float, name: str = "web", **more: str) -> str:
    created = more.get("created", f'"created":"{ago(days)}"')
    return f'==docker\n"Pid":9\n"Image":"nginx:1.25"\n"Image":"sha256:aa"\n"Name":"/{name}"\n{created}\n'


def podman(days: float, alive: str = "c1") -> str:
    return (
        f'looked podman\n==images\n"id":"i1"\n"names":["localhost/probe:1"\n"created":"{ago(days)}"\n'
        f'==containers\n"id":"c1"\n"names":["db"\n"image":"i1"\n"created":"{ago(1)}"\n==alive\n{alive}\n'
    )


def running(told: str = "", rest: str = "", now: datetime = NOON) -> dict[str, Finding]:
    out = f"now {int(now.timestamp())}\n{told}==rest\n{rest}end\n"
    return {item.subject: item for item in findings(CONTAINERS, recording(answered(BUNDLES, out)))}


@pytest.mark.parametrize(("days", "outcome"), [(0, P), (90, P), (91, W), (365, W), (366, F)])
def test_a_running_container_is_judged_by_the_age_of_its_image(days: int, outcome: Outcome) -> None:
    of_docker, of_podman = running("looked docker\n" + docker(days)), running(podman(days))

    assert {part: item.outcome for part, item in of_docker.items()} == {"container web": outcome}
    assert {part: item.outcome for part, item in of_podman.items()} == {"container db": outcome}
    assert "nginx:1.25" in str(of_docker["container web"].found)
    assert "localhost/probe:1" in str(of_podman["container db"].found)


def test_each_container_is_a_part_and_one_that_stands_still_is_none() -> None:
    found = running("looked docker\n" + docker(5) + docker(400, "old") + podman(400, alive=""))

    assert {part: item.outcome for part, item in found.items()} == {"container web": P, "container old": F}


def test_the_newest_date_in_an_image_counts() -> None:
    both = f'"created":"{ago(500)}"\n"created":"{ago(3)}"'

    assert running(docker(0, created=both))["container web"].outcome is P


@pytest.mark.parametrize(
    "created", ["", '"created":"1970-01-01T00:00:00Z"', '"created":"0001-01-01T00:00:00Z"', '"created":"soon"']
)
def test_an_image_without_a_true_date_is_not_assessed(created: str) -> None:
    assert running(docker(0, created=created))["container web"].outcome is Q


def test_nothing_that_brings_its_own_system_is_not_applicable() -> None:
    assert running()[""].outcome is N
    assert running("looked docker\n", "runs dockerd\n")[""].outcome is N


@pytest.mark.parametrize(
    ("told", "rest"),
    [
        ("unread docker\n", ""),
        ("unread podman\n", ""),
        ("", "unread processes\n"),
        ("", "runs dockerd\n"),
        ("", "runs conmon\n"),
        ("looked docker\n", "runs containerd-shim\n"),
        ("looked docker\n", "others\n"),
    ],
)
def test_engines_that_were_not_seen_into_are_not_assessed(told: str, rest: str) -> None:
    assert {part: item.outcome for part, item in running(told, rest).items()} == {"containers": Q}


HOLD = '"firefox":{{"system":{{"first-held":"2026-01-01T00:00:00Z","hold-until":"{until}"\n'
SNAP = "snap core22\nsnap firefox\n"


@pytest.mark.parametrize(
    ("rest", "outcome"),
    [
        (f'"last-refresh":"{ago(1)}"\n', P),
        (f'"last-refresh":"{ago(1).replace("Z", "+01:00")}"\n', P),
        (f'"last-refresh":"{ago(13)}"\n', P),
        (f'"last-refresh":"{ago(14)}"\n', W),
        (f'"last-refresh":"{ago(1)}"\n"refresh":{{"hold":"forever"\n', W),
        (f'"last-refresh":"{ago(1)}"\n"refresh":{{"hold":"{ago(-9)}"\n', W),
        (f'"last-refresh":"{ago(1)}"\n"refresh":{{"hold":"{ago(9)}"\n', P),
        (f'"last-refresh":"{ago(1)}"\n{HOLD.format(until="2300-01-01T00:00:00Z")}', W),
        (f'"last-refresh":"{ago(1)}"\n{HOLD.format(until=ago(1))}', P),
        ("", Q),
        ("unread snap\n", Q),
    ],
)
def test_snaps_must_be_allowed_to_refresh_and_do_so(rest: str, outcome: Outcome) -> None:
    assert {part: item.outcome for part, item in running("", SNAP + rest).items()} == {"snap": outcome}


@pytest.mark.parametrize(("days", "outcome"), [(0, P), (91, W), (366, F)])
def test_flatpaks_are_judged_by_their_last_change_and_that_is_derived(days: int, outcome: Outcome) -> None:
    found = running("", f"flatpak\nchanged {int((NOON - timedelta(days=days)).timestamp())}\n")["flatpak"]

    assert (found.outcome, found.confidence) == (outcome, Confidence.DERIVED)


def test_flatpaks_without_a_time_and_a_cut_answer_are_not_assessed() -> None:
    cut = recording(answered(BUNDLES, f"now {int(NOON.timestamp())}\nlooked docker\n{docker(1)}"))

    assert running("", "flatpak\n")[""].outcome is Q
    assert only(CONTAINERS, cut).outcome is Q


def _podman_kept(tmp_path: Path, alive: int) -> None:
    """As podman left it: of two containers one lives. Its pid file has no line end."""
    storage = tmp_path / "containers" / "storage"
    for name in ("overlay-images", "overlay-containers/c1/userdata", "overlay-containers/c2/userdata"):
        (storage / name).mkdir(parents=True)
    image = {
        "id": "i1",
        "digest": "sha256:16d0",
        "names": ["localhost/probe:1"],
        "names-history": ["x:1"],
        "layer": "9c",
    }
    images = [{**image, "metadata": '{"signatures-sizes":{"id":1}}', "created": ago(4)}]
    (storage / "overlay-images" / "images.json").write_text(json.dumps(images, separators=(",", ":")))
    told = '{"image-name":"localhost/probe:1","image-id":"i1","name":"db"}'
    both = [
        {"id": name, "names": ["db"], "image": "i1", "layer": "5d", "metadata": told, "created": ago(1)}
        for name in ("c1", "c2")
    ]
    (storage / "overlay-containers" / "containers.json").write_text(json.dumps(both, separators=(",", ":")))
    (storage / "overlay-containers" / "c1" / "userdata" / "pidfile").write_text(str(alive))
    (storage / "overlay-containers" / "c2" / "userdata" / "pidfile").write_text(str(2**22 - 1))


@every_shell
def test_real_folders_are_read_without_secrets(shell: list[str], tmp_path: Path) -> None:
    """The question with its folders moved: real shells over real files, and a process that lives."""
    image, alive = "ab" * 32, os.getpid()
    _podman_kept(tmp_path, alive)
    for name, pid in (("web", alive), ("gone", 0), ("dead", 2**22 - 1)):
        folder = tmp_path / "docker" / "containers" / name
        folder.mkdir(parents=True)
        settings = {
            "StreamConfig": {},
            "State": {"Running": True, "Paused": False, "Pid": pid, "Error": "", "Health": None},
            "ID": "f5b9",
            "Args": ["sleep", '"Pid":1'],
            "Config": {"Env": ['P=hunter2","Image":"sha256:forged'], "Image": "nginx:1.25", "Labels": {"Image": "x"}},
            "Image": f"sha256:{image}",
            "LogPath": f"/var/lib/docker/containers/{name}/f5b9-json.log",
            "Name": f"/{name}",
            "MountPoints": {"/data": {"Name": "data", "Source": "/var/lib/docker/volumes/data/_data"}},
        }
        (folder / "config.v2.json").write_text(json.dumps(settings, separators=(",", ":")))
    content = tmp_path / "docker" / "image" / "overlay2" / "imagedb" / "content" / "sha256"
    content.mkdir(parents=True)
    made = {"config": {"Env": ["P=hunter2"]}, "created": ago(9), "history": [{"created": ago(99)}]}
    (content / image).write_text(json.dumps(made, separators=(",", ":")))
    (tmp_path / "snapd" / "snaps").mkdir(parents=True)
    (tmp_path / "snapd" / "snaps" / "firefox_3.snap").touch()
    state = {
        "data": {
            "auth": {"macaroon": "hunter2"},
            "config": {"core": {"refresh": {"hold": "forever", "timer": "mon"}}},
            "last-refresh": ago(2),
            "snaps-hold": {
                "core22": {"firefox": {"first-held": ago(2), "hold-until": "2300-01-01T00:00:00Z"}},
                "firefox": {"system": {"first-held": ago(2), "hold-until": "2300-01-01T00:00:00Z", "level": 1}},
            },
        }
    }
    (tmp_path / "snapd" / "state.json").write_text(json.dumps(state, separators=(",", ":")))
    (tmp_path / "flatpak" / "app" / "org.x").mkdir(parents=True)
    (tmp_path / "flatpak" / ".changed").touch()
    moved = BUNDLES.text
    for name in ("/var/lib/docker", "/var/lib/containers", "/run/containers", "/var/lib/snapd", "/var/lib/flatpak"):
        moved = moved.replace(name, f"{tmp_path}/{name.rsplit('/', 1)[-1]}")

    told = put(moved, shell)

    assert "hunter2" not in told
    found = fact(Bundles, recording(answered(BUNDLES, told)))
    web, db = found.containers
    assert (db.name, db.engine, db.image) == ("db", "podman", "localhost/probe:1")
    assert db.built == NOON - timedelta(days=4)
    assert (web.name, web.image) == ("web", "nginx:1.25")
    assert web.built == (NOON - timedelta(days=9)).replace(tzinfo=UTC)
    assert (found.snaps.names, found.snaps.stopped, found.snaps.held) == (("firefox",), True, ("firefox",))
    assert found.snaps.refreshed == NOON - timedelta(days=2)
    assert abs(found.flatpaks - datetime.now(UTC)) < timedelta(minutes=1)


# ---- longer support ----------------------------------------------------------------------------
# status.json is written after the source of the client of Ubuntu Pro; the lists are of the form of every list of apt.

LONG = "updates/longer-support"
STATED = '"status": "active"\n"expires": "{until}"\n"name": "anna"\n'
SERVICE = '"name": "{name}"\n"status": "{status}"\n'
INFRA, APPS = (SERVICE.format(name=f"esm-{what}", status="enabled") for what in ("infra", "apps"))
NO_PRO = SERVICE.format(name="esm-infra", status="disabled") + SERVICE.format(name="esm-apps", status="n/a")
WITHOUT_END, ENDED = STATED.format(until="9999-12-31T00:00:00+00:00"), STATED.format(until="2026-11-01T00:00:00+00:00")
LISTED = f"listed {int(NOON.timestamp()) - 86400}\nlist\n{{rows}}listed_all\n"
ONE_MISSED = "offer imagemagick amd64 8:6.9-1ubuntu9.3+esm1\ninstalled imagemagick amd64 8:6.9-1ubuntu9.3\n"
NONE_MISSED = "offer imagemagick amd64 8:6.9-1ubuntu9.3\ninstalled imagemagick amd64 8:6.9-1ubuntu9.3+esm1\n"
FOREIGN = ONE_MISSED.replace("imagemagick amd64", "imagemagick i386", 1)


def longer(told: str, kind: str, version: str, name: str = "") -> Finding:
    release = f'ID={kind}\nVERSION_ID="{version}"\nPRETTY_NAME="{name or kind} {version}"\n'
    out = f"now {int(NOON.timestamp())}\n{told}end\n"
    return only(LONG, recording(answered(LONGER, out), answered(OS_RELEASE, release)))


@pytest.mark.parametrize(
    ("version", "told", "outcome"),
    [
        ("20.04", "", F),
        ("20.04", WITHOUT_END + NO_PRO, F),
        ("20.04", WITHOUT_END + INFRA + APPS, P),
        ("20.04", WITHOUT_END + INFRA, W),
        ("20.04", ENDED + INFRA + APPS, F),
        ("22.04", WITHOUT_END + INFRA + APPS, P),
        ("22.04", LISTED.format(rows=ONE_MISSED), W),
        ("22.04", LISTED.format(rows=NONE_MISSED), P),
        ("22.04", LISTED.format(rows=FOREIGN), P),
        ("22.04", LISTED.format(rows=""), P),
        ("22.04", "", Q),
        ("22.04", LISTED.format(rows="").replace("list\n", ""), Q),
        ("22.04", LISTED.format(rows="failed\n"), Q),
        ("22.04", f"listed {int(NOON.timestamp()) - 9 * 86400}\nlist\nlisted_all\n", Q),
        ("22.04", f"listed {int(NOON.timestamp()) - 9 * 86400}\nlist\n{ONE_MISSED}listed_all\n", W),
        ("16.04", WITHOUT_END + INFRA + APPS, F),
        ("25.10", "", N),
        ("30.04", "", Q),
    ],
)
def test_ubuntu_pro_must_be_in_force_where_fixes_come_only_by_it(version: str, told: str, outcome: Outcome) -> None:
    assert longer(told, "ubuntu", version).outcome is outcome


@pytest.mark.parametrize(
    ("kind", "version", "told", "outcome"),
    [
        ("debian", "13", "", N),
        ("debian", "12", "", P),
        ("debian", "11", "", F),
        ("debian", "11", "elts\n", W),
        ("rhel", "9.4", "registered\n", P),
        ("rhel", "9.4", "", F),
        ("rhel", "9.4", "closed\n", Q),
        ("rocky", "9.4", "", N),
        ("fedora", "43", "", N),
        ("unheard", "1", "", Q),
    ],
)
def test_other_systems_by_their_own_longer_support(kind: str, version: str, told: str, outcome: Outcome) -> None:
    assert longer(told, kind, version).outcome is outcome


def test_a_state_file_that_cannot_be_read_and_a_cut_answer_are_not_assessed() -> None:
    cut = recording(answered(LONGER, "now 1\nregistered\n"), answered(OS_RELEASE, 'ID=rhel\nVERSION_ID="9.4"\n'))

    assert longer("unread /var/lib/ubuntu-advantage/status.json\n", "ubuntu", "22.04").reason is Reason.NO_PRIVILEGE
    assert only(LONG, cut).outcome is Q


@every_shell
def test_real_lists_and_state_files_are_read_without_names(shell: list[str], tmp_path: Path) -> None:
    """A real dpkg-query over a database of its own, real lists, and the file of the client of Ubuntu Pro."""
    if shutil.which("dpkg-query") is None:
        pytest.skip("this machine has no dpkg")
    rows = [("one", "1.0"), ("two", "2.0"), ("three", "3.0")]
    row = "Package: {}\nStatus: install ok installed\nVersion: {}\nArchitecture: all\n"
    row += "Maintainer: x <x@example.nl>\nDescription: x\n\n"
    (tmp_path / "status").write_text("".join(row.format(*pair) for pair in rows))
    (tmp_path / "info").mkdir()
    lists = tmp_path / "lists"
    lists.mkdir()
    offers = [("one", "1.0+esm1"), ("two", "2.0"), ("three", "2.9"), ("four", "9")]
    (lists / "esm.ubuntu.com_apps_ubuntu_dists_x-apps-security_main_binary-amd64_Packages").write_text(
        "".join(f"Package: {name}\nArchitecture: all\nVersion: {version}\n\n" for name, version in offers)
    )
    services = [{"name": "esm-apps", "description": "x", "entitled": "yes", "status": "enabled", "blocked_by": []}]
    state = {
        "attached": True,
        "expires": "9999-12-31T00:00:00+00:00",
        "account": {"id": "hunter2"},
        "services": services,
    }
    (tmp_path / "state.json").write_text(json.dumps(state))
    moved = LONGER.text.replace("/var/lib/ubuntu-advantage/apt-esm/var/lib/apt/lists", str(lists))
    moved = moved.replace("/var/lib/ubuntu-advantage/status.json", f"{tmp_path}/state.json")

    told = put(moved.replace("dpkg-query -W", f"dpkg-query --admindir={tmp_path} -W"), shell)

    assert "hunter2" not in told
    found = fact(LongerSupport, recording(answered(LONGER, told)))
    assert (found.missed, found.universe, found.system) == (("one",), True, False)
