"""A small office of network namespaces: hosts on one bridge, and a place to stand in. It ends with the process in it.

`python -m tests.network.cable SCRIPT`: runs inside namespaces of its own, reads what to make from SCRIPT (JSON), runs
the command in the namespace of the scanner and prints what came of it as JSON.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
NETNS = Path("/run/netns")


@dataclass(frozen=True)
class Thing:
    """A device: its last number in 192.168.77.0/24, its card, the ports that count what they hear, or all dropped."""

    number: int
    mac: str = ""
    ports: tuple[int, ...] = ()
    drops: bool = False


@dataclass(frozen=True)
class Came:
    """Exit code and output of the command; per device what its ports heard (bytes, one entry a port that got any)."""

    code: int
    out: str
    err: str
    heard: dict[int, dict[int, str]]
    connected: dict[int, list[int]]


def why_not() -> str:
    """Why there can be no such office here, or nothing."""
    if sys.platform == "win32" or os.geteuid() != 0 or not shutil.which("ip") or not shutil.which("nft"):
        return "an office of namespaces needs root, ip and nft"
    made = subprocess.run(["unshare", "--mount", "--net", "--pid", "--fork", "true"], capture_output=True, check=False)
    return "" if made.returncode == 0 else "an office of namespaces needs namespaces"


def run_in(folder: Path, things: list[Thing], command: list[str], stdin: str = "", seconds: int = 90) -> Came:
    """Make the office, run the command in the scanner's place (192.168.77.2) with `folder` as its own, take it away."""
    plan = {"things": [asdict(thing) for thing in things], "command": command, "stdin": stdin, "folder": str(folder)}
    (folder / "plan.json").write_text(json.dumps(plan))
    enter = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private", "--net", "--pid"]
    enter += ["--fork", "--kill-child", "--mount-proc", sys.executable, "-m", "tests.network.cable"]
    done = subprocess.run(
        [*enter, str(folder / "plan.json")], cwd=PROJECT, capture_output=True, text=True, timeout=seconds, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(done.stdout + done.stderr)
    said = json.loads((folder / "came.json").read_text())
    numbers = {int(number): {int(p): text for p, text in ports.items()} for number, ports in said["heard"].items()}
    doors = {int(number): ports for number, ports in said["connected"].items()}
    return Came(said["code"], said["out"], said["err"], numbers, doors)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def _plugged(name: str, thing: Thing) -> None:
    _ip("netns", "add", name)
    _ip("link", "add", f"p{thing.number}", "type", "veth", "peer", "name", "eth0", "netns", name)
    _ip("link", "set", f"p{thing.number}", "master", "office", "up")
    if thing.mac:
        _ip("-n", name, "link", "set", "eth0", "address", thing.mac)
    for words in ("link set lo up", f"address add 192.168.77.{thing.number}/24 dev eth0", "link set eth0 up"):
        _ip("-n", name, *words.split())
    if thing.drops:
        rules = "add table inet f; add chain inet f i { type filter hook input priority 0; policy drop; }"
        subprocess.run(["nsenter", f"--net={NETNS / name}", "nft", rules], check=True, capture_output=True)


def _main(plan: dict[str, Any]) -> None:
    folder = Path(plan["folder"])
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    _ip("link", "set", "lo", "up")
    _ip("link", "add", "office", "type", "bridge")
    _ip("link", "set", "office", "up")
    things = [Thing(**{**row, "ports": tuple(row["ports"])}) for row in plan["things"]]
    _plugged("scanner", Thing(2))
    counting = []
    for thing in things:
        name = f"h{thing.number}"
        _plugged(name, thing)
        if thing.ports:
            log = folder / f"heard.{thing.number}"
            command = [sys.executable, "-m", "tests.network.counting", str(log), *map(str, thing.ports)]
            counting.append(subprocess.Popen(["nsenter", f"--net={NETNS / name}", *command], cwd=PROJECT))
    end = time.monotonic() + 10
    while any(not (folder / f"heard.{t.number}").exists() for t in things if t.ports) and time.monotonic() < end:
        time.sleep(0.05)
    # Without nmap: what it adds is tested by itself, and things that only count would keep it waiting.
    clean = {"PATH": str(folder), "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [shutil.which("nsenter") or "nsenter", f"--net={NETNS / 'scanner'}", *plan["command"]],
        cwd=folder,
        input=plan["stdin"],
        env=clean,
        capture_output=True,
        text=True,
        check=False,
    )
    time.sleep(0.3)
    for each in counting:
        each.kill()
        each.wait()
    lines = {t.number: (folder / f"heard.{t.number}").read_text().splitlines() for t in things if t.ports}
    came = {
        "code": done.returncode,
        "out": done.stdout,
        "err": done.stderr,
        "heard": {number: dict(line.split(" ", 1) for line in said if " " in line) for number, said in lines.items()},
        "connected": {number: [int(line) for line in said if " " not in line] for number, said in lines.items()},
    }
    (folder / "came.json").write_text(json.dumps(came))


if __name__ == "__main__":
    _main(json.loads(Path(sys.argv[1]).read_text()))
