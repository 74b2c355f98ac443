"""What is judged of made-up Macs, and of one answer at a time. No real Mac has confirmed what they print."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest

from nis2scan.api import CannotTell, Confidence, Finding, Outcome, Reason, Recording
from nis2scan.facts.machine import Machine
from nis2scan.facts.macos import (
    accounts,
    filevault,
    firewall,
    logs,
    networks,
    plist,
    products,
    running,
    software_update,
    system,
)
from nis2scan.facts.macos import time_machine as machine
from nis2scan.recording import from_bytes
from nis2scan.testing import NOON, answered, fact, findings, only, recording
from tests.macos import shapes
from tests.macos.machines import LAN, LOOP, destination
from tests.macos.pretend import days_ago, xml
from tests.macos.run import file_of


@cache
def recorded(name: str) -> Recording:
    return from_bytes(file_of(name).read_bytes())


def found(check: str, name: str) -> dict[str, Finding]:
    return {item.subject: item for item in findings(check, recorded(name))}


def mac(*answers: object, **settings: object) -> Recording:
    return recording(*answers, platform="macos", **settings)  # type: ignore[arg-type]


def services(*states: str) -> str:
    """What launchctl tells of each service that is asked about; off, when nothing else is said."""
    names = ("com.apple.smbd", "com.apple.screensharing", "com.openssh.sshd", "com.apple.auditd", "com.apple.timed")
    said = dict(state.split("=") for state in (*(f"{name}=off" for name in names), *states))
    return "".join(f"{name}={state}\n" for name, state in said.items()) + "end=\n"


# ---- what is judged ------------------------------------------------------------------------------------------------

SEVEN = {
    "access/mac-accounts": ("12-slecht", Outcome.FAIL, "26-goed"),
    "backup/time-machine": ("12-slecht", Outcome.FAIL, "26-goed"),
    "encryption/filevault": ("12-slecht", Outcome.FAIL, "26-goed"),
    "encryption/mac-volumes": ("12-slecht", Outcome.FAIL, "26-goed"),
    "logging/mac-logs": ("12-slecht", Outcome.WARN, "26-goed"),
    "segmentation/mac-firewall": ("12-slecht", Outcome.FAIL, "26-goed"),
    "updates/macos-updates": ("12-slecht", Outcome.FAIL, "26-goed"),
}


@pytest.mark.parametrize("check", SEVEN)
def test_each_of_the_seven_is_seen_at_its_worst_and_at_its_best(check: str) -> None:
    bad, worst, good = SEVEN[check]

    assert worst in {item.outcome for item in found(check, bad).values()}
    assert {item.outcome for item in found(check, good).values()} == {Outcome.PASS}


def test_a_mac_on_which_things_are_half_done_warns() -> None:
    for check in ("encryption/filevault", "updates/macos-updates", "backup/time-machine", "logging/mac-logs"):
        assert only(check, recorded("15-matig")).outcome is Outcome.WARN, check
    assert found("encryption/mac-volumes", "15-matig")["FileVault"].outcome is Outcome.WARN
    assert found("access/mac-accounts", "15-matig")["admin"].outcome is Outcome.WARN


def test_what_no_real_mac_has_confirmed_passes_as_derived_only() -> None:
    for check in ("backup/time-machine", "updates/macos-updates", "updates/xprotect", "mfa/mac-sign-in"):
        assert only(check, recorded("26-goed")).confidence is Confidence.DERIVED, check
    assert found("encryption/mac-volumes", "26-goed")["FileVault"].confidence is Confidence.DERIVED


def test_without_root_only_what_needs_it_is_not_assessed() -> None:
    mine = found("encryption/mac-volumes", "26-goed~gebruiker")

    assert (mine["FileVault"].outcome, mine["FileVault"].reason) == (Outcome.NOT_ASSESSED, Reason.NO_PRIVILEGE)
    assert mine["Reservekopie (disk5s1)"].outcome is Outcome.PASS
    assert only("encryption/filevault", recorded("26-goed~gebruiker")).outcome is Outcome.PASS


def test_settings_that_macos_keeps_from_us_are_no_absence() -> None:
    kept_back = only("backup/time-machine", recorded("15-matig~tcc"))

    assert (kept_back.outcome, kept_back.reason) == (Outcome.NOT_ASSESSED, Reason.NO_PRIVILEGE)


def test_who_the_mac_is() -> None:
    seen = fact(Machine, recorded("26-goed"))

    assert (seen.name, seen.laptop, seen.workstation, seen.virtual) == ("macOS 26.1", True, True, "")
    assert seen.machine_id == "5A3B0C1D-2E4F-4A6B-8C7D-0123456789AB"
    assert fact(Machine, recorded("12-slecht")).laptop is False


# ---- one answer at a time ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("FileVault is On.", Outcome.PASS),
        ("FileVault is Off.", Outcome.FAIL),
        ("FileVault is Off.\nDeferred enablement appears to be active for user 'jan'.", Outcome.WARN),
        ("FileVault is Off, but will be enabled after the next restart.", Outcome.WARN),
        ("FileVault is On.\nDecryption in progress: Percent completed = 12.00", Outcome.FAIL),
        ("FileVault is On, but needs to be restarted to finish.", Outcome.NOT_ASSESSED),
        ("Error: Unable to get the status of FileVault.", Outcome.NOT_ASSESSED),
        ("", Outcome.NOT_ASSESSED),
    ],
)
def test_words_of_filevault(words: str, outcome: Outcome) -> None:
    assert only("encryption/filevault", mac(answered(filevault.STATUS, f"{words}\n==end\n"))).outcome is outcome


def test_filevault_off_in_a_virtual_mac_only_warns() -> None:
    version = answered(system.VERSION, "ProductVersion:\t15.1\nBuildVersion:\tX\nrunning=X\nend=\n")
    hardware = answered(system.HARDWARE, "model=VirtualMac2,1\nguest=1\nboot=\nid=\nbattery=no\nset up=unknown\nend=\n")
    off = answered(filevault.STATUS, "FileVault is Off.\n==end\n")

    assert only("encryption/filevault", mac(off, version, hardware)).outcome is Outcome.WARN
    assert only("encryption/filevault", mac(off)).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("rule", "outcome", "how"),
    [
        ("180d", Outcome.PASS, Confidence.MEASURED),
        ("60d AND 5G", Outcome.PASS, Confidence.MEASURED),
        ("60d OR 5G", Outcome.PASS, Confidence.DERIVED),
        ("7d", Outcome.WARN, Confidence.MEASURED),
        ("5G", Outcome.WARN, Confidence.MEASURED),
        ("often", Outcome.NOT_ASSESSED, Confidence.MEASURED),
    ],
)
def test_how_long_the_audit_trail_is_kept(rule: str, outcome: Outcome, how: Confidence) -> None:
    answers = [
        answered(running.PROCESSES, "/sbin/launchd\n==end\n"),
        answered(running.SERVICES, services("com.apple.auditd=on running")),
        answered(logs.TRAIL, f"expire-after:{rule}\nfile=there\n==end\n", as_root=True),
    ]

    assert (only("logging/mac-logs", mac(*answers)).outcome, only("logging/mac-logs", mac(*answers)).confidence) == (
        outcome,
        how,
    )
    assert only("logging/mac-logs", mac(*answers[:2])).outcome is Outcome.NOT_ASSESSED
    off = answered(running.SERVICES, services())
    assert only("logging/mac-logs", mac(answers[0], off, answers[2])).outcome is Outcome.WARN


def updates(
    settings: Mapping[str, object], limits: Mapping[str, object] | None = None, newest: float | None = 3
) -> Finding:
    managed = xml(limits).decode() if limits else "absent\n"
    text = f"==Preferences/com.apple.SoftwareUpdate\n{xml(settings).decode()}"
    text += "==Managed Preferences/com.apple.SoftwareUpdate\nabsent\n"
    text += f"==Managed Preferences/com.apple.applicationaccess\n{managed}==end\n"
    answers = [
        answered(system.VERSION, "ProductVersion:\t15.7.2\nBuildVersion:\tX\nrunning=X\nend=\n"),
        answered(software_update.SETTINGS, text),
    ]
    if newest is not None:
        rows = [{"date": days_ago(newest), "displayName": "macOS 15.7.2", "processName": "softwareupdated"}]
        answers.append(answered(software_update.HISTORY, xml(rows).decode() + "\n==end\n"))
    return only("updates/macos-updates", mac(*answers))


def test_updates_of_macos() -> None:
    looked: dict[str, object] = {"LastSuccessfulDate": days_ago(2)}
    fix: dict[str, object] = {
        "RecommendedUpdates": [{"Display Name": "macOS Sequoia 15.7.3", "Display Version": "15.7.3"}]
    }
    offer: dict[str, object] = {"RecommendedUpdates": [{"Display Name": "macOS Tahoe 26.1", "Display Version": "26.1"}]}
    done: dict[str, object] = {
        "RecommendedUpdates": [{"Display Name": "macOS Sequoia 15.7.2", "Display Version": "15.7.2"}]
    }

    assert updates(looked).outcome is Outcome.PASS
    assert updates(looked | offer).outcome is Outcome.PASS
    assert updates(looked | done).outcome is Outcome.PASS
    assert updates(looked | fix).outcome is Outcome.WARN
    assert updates(looked | fix, newest=20).outcome is Outcome.FAIL
    assert updates(looked | fix, newest=None).outcome is Outcome.NOT_ASSESSED
    assert updates({"LastSuccessfulDate": days_ago(8)}).outcome is Outcome.WARN
    assert updates({"LastSuccessfulDate": days_ago(31)}).outcome is Outcome.FAIL
    assert updates({"LastSuccessfulDate": days_ago(-3)}).outcome is Outcome.NOT_ASSESSED
    assert updates({}).outcome is Outcome.NOT_ASSESSED
    assert updates(looked | {"LastRecommendedUpdatesAvailable": 2}).outcome is Outcome.WARN
    assert updates(looked | offer | {"LastRecommendedUpdatesAvailable": 1}).outcome is Outcome.PASS
    assert updates(looked | {"CriticalUpdateInstall": False}).outcome is Outcome.WARN
    assert updates(looked | {"CriticalUpdateInstall": "yes"}).outcome is Outcome.NOT_ASSESSED
    held: dict[str, object] = {"forceDelayedSoftwareUpdates": True, "enforcedSoftwareUpdateDelay": 90}
    assert updates(looked, held).outcome is Outcome.FAIL
    assert updates(looked, held | {"enforcedSoftwareUpdateDelay": 14}).outcome is Outcome.PASS


def copies(settings: Mapping[str, object] | None, *more: object) -> Finding:
    text = "absent\n" if settings is None else xml(settings).decode()
    return only("backup/time-machine", mac(answered(machine.SETTINGS, f"==settings\n{text}==end\n"), *more))


def test_time_machine() -> None:
    def to(days: float, state: str = "Encrypted") -> dict[str, object]:
        return {"Destinations": [destination("Kopie", days, state)]}

    assert copies(to(1)).outcome is Outcome.PASS
    assert copies(to(8)).outcome is Outcome.WARN
    assert copies(to(15)).outcome is Outcome.FAIL
    assert copies(to(1, "NotEncrypted")).outcome is Outcome.WARN
    assert copies(to(1, "SomethingNew")).outcome is Outcome.WARN
    assert copies(to(1) | {"AutoBackup": False}).outcome is Outcome.WARN
    assert copies(to(-20)).outcome is Outcome.NOT_ASSESSED
    assert copies({"Destinations": [{"DestinationID": "X", "ReferenceLocalSnapshotDate": days_ago(0)}]}).outcome is (
        Outcome.NOT_ASSESSED
    )
    assert copies({}).reason is Reason.NO_PRIVILEGE
    assert copies(None).reason is Reason.OUT_OF_VANTAGE
    arq = answered(running.INSTALLED, "/Applications/Arq.app\n==end\n")
    assert copies(None, arq).outcome is Outcome.NOT_APPLICABLE


def test_time_machine_counts_as_the_back_up_of_the_office_too() -> None:
    def each(name: str) -> list[Outcome]:
        return [only(f"backup/{check}", recorded(name)).outcome for check in ("recent-backup", "every-system")]

    assert each("26-goed") == [Outcome.PASS, Outcome.PASS]
    assert each("15-matig") == [Outcome.WARN, Outcome.PASS]
    assert each("12-slecht") == [Outcome.FAIL, Outcome.FAIL]
    assert each("15-matig~tcc") == [Outcome.NOT_ASSESSED, Outcome.NOT_ASSESSED]


def test_networks_tools_and_tunnels_of_a_mac() -> None:
    assert only("segmentation/bridging-host", recorded("26-goed")).outcome is Outcome.PASS
    assert only("segmentation/bridging-host", recorded("15-matig")).outcome is Outcome.WARN
    assert only("segmentation/bridging-host", recorded("12-slecht")).outcome is Outcome.FAIL
    assert set(found("exposure/remote-access-tools", "12-slecht")) == {"AnyDesk", "Screen Sharing", "TeamViewer"}
    assert only("exposure/remote-access-tools", recorded("26-goed")).outcome is Outcome.PASS
    assert set(found("exposure/publishing-tunnels", "12-slecht")) == {"ngrok", "ssh -R"}
    assert only("exposure/publishing-tunnels", recorded("26-goed")).outcome is Outcome.PASS
    assert only("logging/time-synchronised", recorded("12-slecht")).outcome is Outcome.FAIL
    assert only("logging/time-synchronised", recorded("26-goed")).outcome is Outcome.NOT_ASSESSED
    assert only("updates/reboot-pending", recorded("26-goed")).outcome is Outcome.NOT_APPLICABLE
    assert only("updates/system-supported", recorded("12-slecht")).outcome is Outcome.FAIL


def test_programs_past_their_end() -> None:
    old, new, untold = (found("updates/programs-supported", name) for name in ("12-slecht", "26-goed", "15-matig"))

    assert {item.outcome for item in old.values()} == {Outcome.FAIL}
    assert set(old) == {"Java 14.0.2 (Oracle Corporation)", "Microsoft Office 2016", "Python 2.7"}
    assert {part: item.outcome for part, item in new.items()} == {
        "Java 21.0.9 (Eclipse Adoptium)": Outcome.PASS,
        "Python 3.14": Outcome.PASS,
    }
    assert {part: item.outcome for part, item in untold.items()} == {"Microsoft Office": Outcome.NOT_ASSESSED}
    nothing = only("updates/programs-supported", mac(answered(products.PROGRAMS, "end=\n")))
    assert nothing.outcome is Outcome.NOT_ASSESSED


@pytest.mark.parametrize(
    ("number", "outcome"),
    [
        ("26.1", Outcome.PASS),
        ("15.7.2", Outcome.PASS),
        ("14.8", Outcome.WARN),
        ("13.7", Outcome.FAIL),
        ("10.15.7", Outcome.FAIL),
        ("27.0", Outcome.NOT_ASSESSED),
    ],
)
def test_apple_tells_no_end_of_support_so_it_is_inferred(number: str, outcome: Outcome) -> None:
    version = answered(system.VERSION, f"ProductVersion:\t\t{number}\nBuildVersion:\tX\nrunning=X\nend=\n")
    mine = only("updates/system-supported", mac(version))

    assert mine.outcome is outcome
    assert mine.confidence is Confidence.DERIVED or outcome in (Outcome.FAIL, Outcome.NOT_ASSESSED)


def links(more: str, v4: str = "1") -> Finding:
    text = f"==host\nmac.local\n==v4\n{v4}\n==v6\n0\n==links\n{LOOP}{LAN}{more}==end\n"
    return only("segmentation/bridging-host", mac(answered(networks.LINKS, text)))


def test_a_bridge_of_virtual_machines_leads_inside_and_that_of_internet_sharing_does_not() -> None:
    bridge = "bridge100: flags=8a63<UP,BROADCAST,SMART,RUNNING,ALLMULTI,SIMPLEX,MULTICAST> mtu 1500\n"
    bridge += (
        "\tinet 192.168.64.1 netmask 0xffffff00 broadcast 192.168.64.255\n\tmember: {} flags=3<LEARNING,DISCOVER>\n"
    )

    assert links(bridge.format("vmenet0")).outcome is Outcome.NOT_APPLICABLE
    assert links(bridge.format("ap1")).outcome is Outcome.FAIL
    assert links("", v4="0").outcome is Outcome.PASS
    assert links("\tinet nonsense\n").outcome is Outcome.NOT_ASSESSED


def test_automatic_sign_in_that_filevault_stops_warns_and_without_its_word_nothing_is_said() -> None:
    text = f"==Preferences/com.apple.loginwindow\n{xml({'autoLoginUser': 'jan', 'lastUserName': 'jan'}).decode()}"
    for name in (
        "Preferences/SystemConfiguration/com.apple.smb.server",
        "Managed Preferences/com.apple.loginwindow",
        "Managed Preferences/com.apple.MCX",
    ):
        text += f"=={name}\nabsent\n"
    listed = "==users\nroot 0\njan 501\n==admins\nGroupMembership: root\n==root\nunknown\n==console\nroot\n==end\n"
    answers = [answered(accounts.LOGIN, f"{text}==password\nthere\n==end\n"), answered(accounts.ACCOUNTS, listed)]

    def part(name: str, *more: object) -> Outcome:
        (mine,) = [item for item in findings("access/mac-accounts", mac(*answers, *more)) if item.subject == name]
        return mine.outcome

    on, off = (answered(filevault.STATUS, f"FileVault is {state}.\n==end\n") for state in ("On", "Off"))
    assert [part("autologin", *more) for more in ((on,), (off,), ())] == [
        Outcome.WARN,
        Outcome.FAIL,
        Outcome.NOT_ASSESSED,
    ]
    assert part("root") is Outcome.NOT_ASSESSED
    assert part("SMB") is Outcome.NOT_ASSESSED
    assert part("admin") is Outcome.PASS


@pytest.mark.parametrize(
    ("sharing", "guests", "open_", "outcome"),
    [
        ("off", None, None, Outcome.PASS),
        ("on", False, True, Outcome.PASS),
        ("on", None, False, Outcome.PASS),
        ("on", None, True, Outcome.WARN),
        ("on", True, False, Outcome.FAIL),
        ("on", True, True, Outcome.FAIL),
        ("on", True, None, Outcome.NOT_ASSESSED),
        ("unknown 5", False, True, Outcome.NOT_ASSESSED),
    ],
)
def test_guests_in_shared_folders(sharing: str, guests: bool | None, open_: bool | None, outcome: Outcome) -> None:
    smb = "absent" if guests is None else xml({"AllowGuestAccess": guests}).decode()
    text = (
        f"==Preferences/com.apple.loginwindow\nabsent\n==Preferences/SystemConfiguration/com.apple.smb.server\n{smb}\n"
    )
    text += "==Managed Preferences/com.apple.loginwindow\nabsent\n==Managed Preferences/com.apple.MCX\nabsent\n"
    answers = [
        answered(accounts.LOGIN, f"{text}==password\nthere\n==end\n"),
        answered(
            accounts.ACCOUNTS, "==users\nroot 0\n==admins\nGroupMembership: root\n==root\noff\n==console\nroot\n==end\n"
        ),
        answered(running.SERVICES, services(f"com.apple.smbd={sharing}")),
    ]
    if open_ is not None:
        (out, _, _) = shapes.shares(("Werk", "/Volumes/Werk", True, open_))["-l"]
        answers.append(answered(accounts.SHARES, f"{out}==end\n"))
    parts = {item.subject: item.outcome for item in findings("access/mac-accounts", mac(*answers))}

    assert parts["SMB"] is outcome
    assert parts["autologin"] is Outcome.WARN
    assert parts["admin"] is Outcome.NOT_ASSESSED


@pytest.mark.parametrize(("state", "outcome"), [("0", Outcome.FAIL), ("1", Outcome.PASS), ("2", Outcome.PASS)])
def test_the_firewall(state: str, outcome: Outcome) -> None:
    text = f"Firewall words of a later year. (State = {state})\n"

    assert only("segmentation/mac-firewall", mac(answered(firewall.FIREWALL, f"{text}==end\n"))).outcome is outcome
    assert only("segmentation/mac-firewall", mac(answered(firewall.FIREWALL, text))).outcome is Outcome.NOT_ASSESSED


def test_property_lists() -> None:
    whole = xml({"a": [1, True, 2.5, "x & <y>"], "b": {"c": NOON.replace(tzinfo=None), "d": b"xyz"}, "e": [], "f": ""})

    assert plist.table(whole.decode()) == {
        "a": [1, True, 2.5, "x & <y>"],
        "b": {"c": NOON, "d": b""},
        "e": [],
        "f": "",
    }
    for cut in range(0, len(whole) - 12, 7):
        with pytest.raises(CannotTell):
            plist.table(whole[:cut].decode())
    deep = "<plist>" + "<array>" * 5000 + "</array>" * 5000 + "</plist>"
    for bad in (
        deep,
        "<plist><dict><key>a</key></dict></plist>",
        "<plist>x<true/></plist>",
        "<plist><integer>x</plist>",
    ):
        with pytest.raises(CannotTell):
            plist.plist(bad)


def test_a_service_that_is_not_told_of_is_not_off() -> None:
    """Screen Sharing whose line went missing is not a Mac without it."""
    whole = recorded("12-slecht")
    told = whole.answer(running.SERVICES)
    cut = "\n".join(line for line in told.text.splitlines() if "screensharing" not in line)
    host = mac(
        *(item for item in whole.answers.values() if item.question != told.question), answered(told.question, cut)
    )

    assert "Screen Sharing" in found("exposure/remote-access-tools", "12-slecht")
    with pytest.raises(CannotTell):
        fact(running.MacServices, host)


def test_a_java_without_a_version_is_told_as_unread() -> None:
    host = mac(answered(products.PROGRAMS, 'java "Oracle Corporation"=\nend=\n'))
    item = only("updates/programs-supported", host)

    assert (item.subject, item.outcome) == ("Java", Outcome.NOT_ASSESSED)


def test_two_javas_of_one_maker_hide_nothing_of_each_other() -> None:
    rows = 'java "Oracle Corporation"="14.0.2"\njava "Oracle Corporation"="21.0.9"\nend=\n'
    items = {item.outcome for item in findings("updates/programs-supported", mac(answered(products.PROGRAMS, rows)))}

    assert items == {Outcome.FAIL, Outcome.PASS}


def test_that_shares_ask_for_an_account_rests_on_words_that_no_real_mac_has_confirmed() -> None:
    item = found("access/mac-accounts", "15-matig")["SMB"]

    assert (item.outcome, item.confidence) == (Outcome.PASS, Confidence.DERIVED)
