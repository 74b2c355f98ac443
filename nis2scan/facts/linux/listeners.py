"""What listens for connections, and which of that speaks SSH."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, Root, reads, say, shell

_SSH = re.compile(r"^(sshd|dropbear|tinysshd|lshd|teleport|sshesame)")
_ACTIVATORS = {"systemd", "init", "inetd", "xinetd", "busybox"}  # they hold a socket for another program
_HELD_FOR_OTHERS = {111, 631, 9090}  # rpcbind, CUPS and Cockpit by socket activation: no SSH


@dataclass(frozen=True)
class Listener:
    """proto: tcp or udp. address: `0.0.0.0`, `::`, … (`*` is written as `::`). program: "" when it is not visible."""

    proto: str
    address: str
    port: int
    program: str = ""

    @property
    def loopback(self) -> bool:
        """Only the machine itself can reach it."""
        address = ipaddress.ip_address(self.address)
        mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        return (mapped or address).is_loopback

    @property
    def every_address(self) -> bool:
        return self.address in ("0.0.0.0", "::")  # noqa: S104 read, not bound

    @property
    def speaks_ssh(self) -> bool:
        """An SSH server by its name."""
        return self.proto == "tcp" and bool(_SSH.match(self.program))

    @property
    def might_speak_ssh(self) -> bool:
        """It is not seen to be anything else: no name, a socket held for another program, or the port of SSH."""
        if self.proto != "tcp" or self.speaks_ssh:
            return self.speaks_ssh
        held = self.program in _ACTIVATORS and self.port not in _HELD_FOR_OTHERS
        return not self.program or held or self.port == 22


@dataclass(frozen=True)
class Listeners(Fact):
    """Every TCP socket that listens and every UDP socket that is bound, loopback ones too."""

    all: tuple[Listener, ...]

    @property
    def outward(self) -> tuple[Listener, ...]:
        """What other machines could reach, a firewall left aside."""
        return tuple(item for item in self.all if not item.loopback)

    @property
    def ssh(self) -> tuple[Listener, ...]:
        return tuple(item for item in self.outward if item.speaks_ssh)

    @property
    def no_ssh(self) -> bool:
        """Every listener was seen to be something else than SSH."""
        return not any(item.might_speak_ssh for item in self.outward)


# The kernel's own tables serve where there is no ss (busybox). They do not name programs.
LISTENERS = shell(
    """if command -v ss >/dev/null && ss -Htulnp; then echo end=ss
else
  for t in tcp tcp6 udp udp6; do
    [ -r /proc/net/$t ] || continue
    echo "table=$t"
    while read -r n l r s x; do case $s in 0A|07) echo "$t $l";; esac; done < /proc/net/$t
  done
  echo end=proc
fi""",
    runs=("ss",),
    root=Root.PREFERRED,
    seconds=3,
    cap=262144,
)


@reads(LISTENERS)
def listeners(answer: Answer) -> Listeners:
    """The closing line says which source answered; without it the list is not whole."""
    lines = answer.lines
    source = lines[-1] if lines else ""
    if source == "end=ss":
        return Listeners(tuple(dict.fromkeys(_of_ss(line) for line in lines[:-1])))
    if source != "end=proc" or "table=tcp" not in lines or "table=udp" not in lines:
        raise CannotTell(Reason.TRUNCATED, say("the list of listeners has no end"))
    table = lines[lines.index("table=tcp") : -1]
    return Listeners(tuple(dict.fromkeys(_of_proc(line) for line in table if not line.startswith("table="))))


def _of_ss(line: str) -> Listener:
    """`tcp LISTEN 0 128 [::]:22 [::]:* users:(("sshd",pid=1,fd=3),("systemd",…))`"""
    words = line.split(None, 6)
    if len(words) < 6 or words[0] not in ("tcp", "udp") or words[1] not in ("LISTEN", "UNCONN"):
        raise CannotTell(Reason.PARSE_ERROR, say("a line of ss is not as it should be"))
    host, _, port = words[4].rpartition(":")
    host = host.replace("[", "").replace("]", "").split("%")[0]
    names = re.findall(r'\("((?:[^"\\]|\\.)*)",pid=', words[6]) if len(words) > 6 else []
    # A socket that systemd handed over is held by both: the other one serves it.
    serving = [name for name in names if name not in _ACTIVATORS] or names
    program = next((name for name in serving if _SSH.match(name)), serving[0] if serving else "")
    return Listener(words[0], _address("::" if host == "*" else host), int(port), program)


def _of_proc(line: str) -> Listener:
    """`tcp6 0000…0001:0016`: each 32-bit word of the address is in the byte order of the host (little-endian here)."""
    proto, local = line.split()
    host, port = local.split(":")
    words = [bytes.fromhex(host[at : at + 8])[::-1] for at in range(0, len(host), 8)]
    return Listener(proto[:3], str(ipaddress.ip_address(b"".join(words))), int(port, 16))


def _address(text: str) -> str:
    return str(ipaddress.ip_address(text))
