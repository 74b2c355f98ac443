"""What apt knows is on offer, read without apt's own simulation: that is slow, writes, and misses fixes.

`apt-get -s` names only the newest version of a package, so a security fix below a newer point release disappears from
it. Reading the lists themselves sees both, and takes a quarter of a second for 66 000 packages.
"""

from __future__ import annotations

from datetime import UTC, datetime

from debian.debian_support import NativeVersion

from nis2scan.api import Answer, CannotTell, Reason, reads, say
from nis2scan.facts.linux.apt import APT, Heard, taken_apart
from nis2scan.facts.linux.release import os_fields
from nis2scan.facts.linux.system import OS_RELEASE
from nis2scan.facts.updates import Pending, PendingUpdates, Source, UpdateLists

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_OWN_SECURITY_SOURCE = {"debian", "ubuntu"}  # their stable releases get fixes from a suite of their own


@reads(APT, OS_RELEASE)
def update_lists(answer: Answer, release: Answer) -> UpdateLists:
    """The refresh leaves its time on the folder of lists, and no list can be older than the date it carries.

    The time on an InRelease file is the server's and says nothing about when it was fetched.
    """
    said, system = taken_apart(answer), os_fields(release)
    sources = [_source(said, path) for path in sorted({_release_of(said, name) for name in said.lists} - {""})]
    if not said.lists:
        return UpdateLists("apt", None, _moment(said.numbers["now"]))
    dated = [source.dated for source in sources if source.dated is not None]
    refreshed = max([_moment(second) for second in said.refreshed] + dated, default=None)
    own = system.get("ID") in _OWN_SECURITY_SOURCE and bool(system.get("VERSION_ID"))
    return UpdateLists("apt", refreshed, _moment(said.numbers["now"]), tuple(sources), own)


@reads(APT)
def pending_updates(answer: Answer) -> PendingUpdates:
    """Every installed package for which a list has a newer version; a security list decides over a newer other one."""
    said = taken_apart(answer)
    if not said.lists:
        raise CannotTell(Reason.STALE_DATA, say("there are no package lists"))
    releases = {path: said.releases[path] for name in said.lists if (path := _release_of(said, name))}
    own = {head.get("Origin", "") for head in releases.values() if _is_security(head)} - {""}
    best: dict[tuple[str, str], Pending] = {}
    for listed, name, arch, version, phase in said.offers:
        for state, mine, installed in said.installed.get(name, ()):
            if not _same(arch, mine, said.native) or not NativeVersion(version) > NativeVersion(installed):
                continue
            offer = _offer(said, listed, own, (name, installed, version), phase, state.startswith("h"))
            key = (name, mine)
            if offer is not None and (key not in best or _weight(offer) > _weight(best[key])):
                best[key] = offer
    last = said.numbers.get("activity") or said.numbers.get("info")
    found = tuple(item for _, item in sorted(best.items()))
    return PendingUpdates("apt", found, _moment(said.numbers["now"]), _moment(last) if last else None)


def _offer(
    said: Heard, listed: str, own: set[str], versions: tuple[str, str, str], phase: str, held: bool
) -> Pending | None:
    head = said.releases.get(_release_of(said, listed), {})
    name, installed, version = versions
    if head.get("NotAutomatic") == "yes" and not (head.get("ButAutomaticUpgrades") == "yes" and "~bpo" in installed):
        return None  # backports and experimental are offered only to who asked for them
    fixes = _is_security(head)
    security = True if fixes else (False if head.get("Origin", "") in own else None)
    phased = not fixes and phase.isdigit() and int(phase) < 100
    return Pending(
        name, installed, version, security, _title(head, listed), None, _date(head.get("Date", "")), phased, held
    )


def _weight(offer: Pending) -> tuple[int, NativeVersion]:
    """Security before unknown before other; then the highest version."""
    return ({True: 2, None: 1, False: 0}[offer.security], NativeVersion(offer.offered))


def _same(listed: str, installed: str, native: str) -> bool:
    """A package may go from one architecture to all or back; a foreign architecture is a package of its own."""
    return listed == installed or {listed, installed} == {"all", native}


def _release_of(said: Heard, listed: str) -> str:
    """The Release file that stands above a list: the longest name that it begins with."""
    stems = {path: path.rsplit("_", 1)[0] for path in said.releases}
    return max((path for path, stem in stems.items() if listed.startswith(stem + "_")), key=len, default="")


def _is_security(head: dict[str, str]) -> bool:
    """By what the publisher says: `stable-security`, `jammy-security`, `jammy-apps-security`; `Debian-Security`."""
    names = (head.get("Suite", ""), head.get("Codename", ""), head.get("Label", "").lower())
    return any(name.endswith(("-security", "/updates")) for name in names)


def _source(said: Heard, path: str) -> Source:
    head = said.releases[path]
    return Source(
        _title(head, path), _is_security(head), _date(head.get("Date", "")), _date(head.get("Valid-Until", ""))
    )


def _title(head: dict[str, str], path: str) -> str:
    suite = head.get("Codename") or head.get("Suite") or path.rsplit("/", 1)[-1]
    return " ".join(part for part in (head.get("Origin", ""), suite) if part)


def _date(text: str) -> datetime | None:
    """`Mon, 23 Nov 2026 11:22:37 UTC`; None for anything else."""
    words = text.replace(",", " ").split()
    if len(words) != 6 or words[2] not in _MONTHS or words[5] not in ("UTC", "GMT", "Z", "+0000"):
        return None
    try:
        hour, minute, second = (int(part) for part in words[4].split(":"))
        return datetime(int(words[3]), _MONTHS.index(words[2]) + 1, int(words[1]), hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
