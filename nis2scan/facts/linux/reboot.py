"""Whether an update waits for a restart: the flag that packages leave, the kernel that runs, libraries in use."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from debian.debian_support import NativeVersion

from nis2scan.api import Absent, Answer, CannotTell, Reason, Root, Said, reads, say, shell
from nis2scan.facts.linux.system import MACHINE, OS_RELEASE, System, system
from nis2scan.facts.updates import PendingReboot, ReplacedLibraries

# modules.dep is written when a kernel is installed; the time on vmlinuz is that of its building.
REBOOT = shell(
    """printf 'now '; date -u +%s
printf 'running '; uname -r
printf 'build '; uname -v
for f in /run/reboot-required /var/run/reboot-required /run/reboot-needed; do
  [ -e "$f" ] && { printf 'flag '; stat -c %Y "$f" 2>/dev/null || stat -f %m "$f"; break; }
done
for f in /lib/modules/*/modules.dep; do
  [ -e "$f" ] || continue
  d=${f%/modules.dep}; k=${d##*/}
  [ -e "/boot/vmlinuz-$k" ] || [ -e "$d/vmlinuz" ] || [ -e "$d/pkgbase" ] || continue
  printf 'kernel %s ' "$k"; stat -c %Y "$f" 2>/dev/null || stat -f %m "$f"
done
for f in /boot/vmlinuz*; do [ -e "$f" ] && echo image && break; done
for f in /sys/kernel/livepatch/*; do [ -e "$f" ] && echo livepatch && break; done
command -v dpkg-query >/dev/null && { dpkg-query -W -f 'package ${Version}\\n' "linux-image-$(uname -r)" 2>/dev/null; }
echo end""",
    runs=("date", "uname", "stat", "dpkg-query"),
    seconds=4,
)

# grep names the map and the library of every program that still has a replaced one loaded. Only names leave the host.
LIBRARIES = shell(
    """grep -oE '/[^ ]*/lib(c|ssl|crypto)(-[0-9.]+)?[.]so[^ ]* [(]deleted[)]$' /proc/[0-9]*/maps 2>/dev/null |
sort -u | while IFS=: read -r f l; do
  d=${f%/maps}; c=; { read -r c <"$d/comm"; } 2>/dev/null; printf 'program %s\\n' "$c"
  l=${l% (deleted)}; printf 'replaced '; stat -Lc %Z "$l" 2>/dev/null || echo 0
done
echo end""",
    runs=("grep", "sort", "stat"),
    needs=("grep", "sort"),
    root=Root.REQUIRED,
    seconds=8,
)


@reads(REBOOT, OS_RELEASE, MACHINE)
def pending_reboot(answer: Answer, release: Answer, machine: Answer) -> PendingReboot:
    """The flag, or an installed kernel that is newer than the running one of the same flavour."""
    host = system.read(release, machine)
    assert isinstance(host, System)  # noqa: S101 the reader makes it
    if host.container:
        raise Absent(say("a container ({kind}) runs on the kernel of its host", kind=host.container))
    rows = [line.partition(" ")[::2] for line in answer.lines]
    if not rows or rows[-1][0] != "end":
        raise CannotTell(Reason.TRUNCATED, say("the installed kernels were not listed to the end"))
    one = {row[0]: row[1] for row in rows}
    kernels = {name: int(time) for name, time in (rest.rsplit(" ", 1) for word, rest in rows if word == "kernel")}
    needed, times = _waiting(one, kernels)
    if not needed and not kernels:
        raise CannotTell(
            Reason.OUT_OF_VANTAGE, say("no kernel is installed here: it is given from outside, or removed")
        )
    since = _moment(min(times)) if times and 0 not in times else None
    return PendingReboot(tuple(needed), since, _moment(int(one["now"])), "livepatch" in one)


def _waiting(one: dict[str, str], kernels: dict[str, int]) -> tuple[list[Said], list[int]]:
    needed: list[Said] = []
    times: list[int] = []
    running = one["running"]
    if "flag" in one:
        needed.append(say("an update has asked for a restart"))
        times.append(int(one["flag"]))
    newer = [name for name in kernels if flavour(name) == flavour(running) and _order(name) > _order(running)]
    if newer:
        newest = max(newer, key=_order)
        needed.append(say("kernel {running} runs, {newest} is installed", running=running, newest=newest))
        times.append(min(kernels[name] for name in newer))
    built = re.search(r"Debian (\S+)", one.get("build", ""))
    package = one.get("package", "")
    if built and package and NativeVersion(package) > NativeVersion(built[1]):
        # A rebuilt kernel under the same name: the file is new, what runs is not. When it came cannot be seen.
        needed.append(say("kernel build {running} runs, {newest} is installed", running=built[1], newest=package))
        times.append(0)
    return needed, times


@reads(LIBRARIES)
def replaced_libraries(answer: Answer) -> ReplacedLibraries:
    """The change time of the new file is when it was put in place. As an ordinary user only own programs would show."""
    lines = answer.lines
    if not lines or lines[-1] != "end":
        raise CannotTell(Reason.TRUNCATED, say("the programs were not gone through to the end"))
    names = {line.partition(" ")[2] for line in lines if line.startswith("program ")}
    times = [int(line.split()[1]) for line in lines if line.startswith("replaced ")]
    return ReplacedLibraries(tuple(sorted(names)), _moment(min(times)) if times and 0 not in times else None)


def flavour(kernel: str) -> tuple[str, ...]:
    """The words in a kernel's name: `6.1.0-25-cloud-amd64` → ("cloud", "amd64"). Others are not its successors."""
    return tuple(word for word in re.split(r"[-.+~_]", kernel) if word.isalpha())


def _order(kernel: str) -> NativeVersion:
    return NativeVersion("0:" + re.sub(r"[^A-Za-z0-9.+~-]", "-", kernel))


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
