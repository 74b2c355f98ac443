"""EXP-ANY-001 and EXP-ANY-002. The process list is this machine's, with real processes of the names looked for."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from nis2scan.api import Finding, Outcome, Policy, Reason
from nis2scan.facts.linux.remote_tools import FILES, FORWARDS
from nis2scan.facts.linux.services import COMMS
from nis2scan.testing import answered, findings, only, recording

TOOL, TUNNEL = "exposure/remote-access-tools", "exposure/publishing-tunnels"


def tools(running: str = "", files: str = "", **policy: tuple[str, ...]) -> Finding:
    host = recording(answered(COMMS, f"systemd\n{running}.\n"), answered(FILES, f"{files}==end\n"))
    return only(TOOL, host, policy=Policy(**policy))  # type: ignore[arg-type]


def tunnels(running: str = "", forwards: str = "", **policy: tuple[str, ...]) -> Finding:
    host = recording(answered(COMMS, f"systemd\n{running}.\n"), answered(FORWARDS, f"{forwards}==end\n"))
    return only(TUNNEL, host, policy=Policy(**policy))  # type: ignore[arg-type]


def test_no_known_tool_passes() -> None:
    assert tools().outcome is Outcome.PASS


@pytest.mark.parametrize(("running", "files"), [("anydesk\n", ""), ("", "/usr/bin/anydesk\n")])
def test_a_tool_without_a_list_is_a_question(running: str, files: str) -> None:
    found = tools(running, files)

    assert (found.outcome, found.subject) == (Outcome.WARN, "AnyDesk")


def test_a_list_of_approved_tools_decides() -> None:
    assert tools("anydesk\n", approved_remote_tools=("anydesk",)).outcome is Outcome.PASS
    assert tools("anydesk\n", approved_remote_tools=("TeamViewer",)).outcome is Outcome.FAIL


def test_two_tools_are_two_findings() -> None:
    host = recording(answered(COMMS, "anydesk\nteamviewerd\n.\n"), answered(FILES, "==end\n"))

    assert [found.subject for found in findings(TOOL, host)] == ["AnyDesk", "TeamViewer"]


@pytest.mark.parametrize("name", ["anydesktop", "my-anydesk", "level", "Xvncx", "bore"])
def test_a_name_that_only_looks_like_it_is_nothing(name: str) -> None:
    assert tools(f"{name}\n").outcome is Outcome.PASS
    assert tunnels(f"{name}\n").outcome is Outcome.PASS


@pytest.mark.parametrize("name", ["cloudflared", "frpc", "ngrok", "autossh"])
def test_a_publishing_tunnel_fails_unless_approved(name: str) -> None:
    found = tunnels(f"{name}\n")

    assert found.outcome is Outcome.FAIL
    assert tunnels(f"{name}\n", approved_tunnels=(found.subject.upper(),)).outcome is Outcome.PASS


def test_a_mesh_network_is_a_question() -> None:
    assert tunnels("tailscaled\n").outcome is Outcome.WARN
    assert tunnels("tailscaled\n", approved_tunnels=("Tailscale",)).outcome is Outcome.PASS


@pytest.mark.parametrize("forward", ["ssh -R", "Tor hidden service"])
def test_a_forward_in_a_service_is_a_publishing_tunnel(forward: str) -> None:
    assert tunnels(forwards=f"{forward}\n").outcome is Outcome.FAIL


@pytest.mark.parametrize("cut", ["", "systemd\n", "systemd\nanyde"])
def test_a_list_of_processes_that_was_cut_is_not_judged(cut: str) -> None:
    host = recording(answered(COMMS, cut), answered(FILES, "==end\n"), answered(FORWARDS, "==end\n"))

    for check in (TOOL, TUNNEL):
        found = only(check, host)
        assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.PARSE_ERROR)


def test_processes_that_are_hidden_from_us_are_not_judged() -> None:
    """A kernel that hides them (hidepid) shows a list without the tool."""
    host = recording(answered(COMMS, "sh\nhidden\n"), answered(FILES, "==end\n"), answered(FORWARDS, "==end\n"))

    for check in (TOOL, TUNNEL):
        found = only(check, host)
        assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.NO_PRIVILEGE)


def test_what_was_found_is_told_even_when_the_rest_could_not_be_read() -> None:
    host = recording(answered(COMMS, "anydesk\ncloudflared\n.\n"))

    assert only(TOOL, host).outcome is Outcome.WARN
    assert only(TUNNEL, host).outcome is Outcome.FAIL


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only as root: needs namespaces")
@pytest.mark.parametrize("shell", ["dash", "bash", "busybox sh", "mksh"])
@pytest.mark.parametrize(
    ("command", "forwards"),
    [
        ("/usr/bin/ssh -NR 8080:localhost:80 user@host", True),
        ("/usr/bin/ssh -N -R 8080:localhost:80 host", True),
        ("/usr/bin/ssh -o RemoteForward=8080 host", True),
        ("/usr/bin/ssh -i /k/id-RSA -N -L 1:localhost:1 host", False),
        ('/usr/bin/rsync -e "ssh -p 22" -R /a host:/b', False),
        ("/usr/sbin/sshd -D", False),
    ],
)
def test_a_unit_that_forwards_back_is_found_whatever_the_shell(
    shell: str, command: str, forwards: bool, tmp_path: Path
) -> None:
    (tmp_path / "x.service").write_text(f"[Service]\nExecStart={command}")
    bound = f"mkdir -p /etc/systemd/system && mount --bind {tmp_path} /etc/systemd/system && exec {shell}"
    unshare = ["unshare", "--mount", "--propagation", "private", "sh", "-c", bound]

    done = subprocess.run(unshare, input=FORWARDS.text, capture_output=True, text=True, timeout=30, check=True)

    assert (done.stdout == "ssh -R\n==end\n") is forwards
    assert done.stdout.endswith("==end\n")


@pytest.mark.skipif(os.name != "posix", reason="only on POSIX")
@pytest.mark.parametrize("shell", ["dash", "bash", "busybox sh", "mksh"])
def test_a_real_process_is_found_by_its_name(shell: str, tmp_path: Path) -> None:
    names = ["anydesk", "cloudflared", "zerotier-one"]
    started = []
    for name in names:
        shutil.copy("/bin/sleep", tmp_path / name)
        started.append(subprocess.Popen([tmp_path / name, "60"]))
    try:
        out = {
            question: subprocess.run(
                [*shell.split(), "-c", question.text], capture_output=True, text=True, timeout=30, check=True
            ).stdout
            for question in (COMMS, FILES, FORWARDS)
        }
    finally:
        for process in started:
            process.kill()
            process.wait()

    host = recording(*(answered(question, text) for question, text in out.items()))
    subjects = {found.subject for check in (TOOL, TUNNEL) for found in findings(check, host)}
    assert {"AnyDesk", "cloudflared", "ZeroTier"} <= subjects
