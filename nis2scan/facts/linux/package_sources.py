"""Where packages come from by the settings of apt: which suites are on, and whether their signatures are checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, Said, reads, say, shell
from nis2scan.facts.linux.release import os_fields
from nis2scan.facts.linux.system import OS_RELEASE


@dataclass(frozen=True)
class PackageSources(Fact):
    """The sources that are on.

    count: how many. unchecked: those whose packages are installed unsigned, with where it says so. local_unchecked:
    the same, from a folder of the machine itself. doubtful: signatures are checked only where there are any.
    no_fixes: why no source brings security fixes, or ``; None when this system is not known. other_release: sources
    of another release of the system. switched_off: files with sources that an upgrade of the system switched off.
    """

    tool: str
    count: int
    unchecked: tuple[str, ...] = ()
    local_unchecked: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    no_fixes: Said | None = ""
    other_release: tuple[str, ...] = ()
    switched_off: tuple[str, ...] = ()


# Of the settings only those that are judged are told, and of addresses no names and passwords. The keys that may stand
# in a .sources file are left out.
APT_SOURCES = shell(
    """[ -s /var/lib/dpkg/status ] && echo dpkg
apt-config dump | sed -n -e '/^APT::Get::AllowUnauthenticated /p' -e '/^Acquire::AllowInsecureRepositories /p' \\
  -e '/^Dir::Etc::[Ss]ource\\([Ll]ist\\|[Pp]arts\\) /p' || exit 1
for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
  [ -f "$f" ] || continue
  [ -r "$f" ] || { echo "==unread $f"; continue; }
  echo "==file $f"
  grep -q 'isabled on upgrade to' "$f" && echo "==off $f"
  case $f in
    *.list) sed -n -e 's/^[[:space:]]*//' -e 's/#.*//' -e 's#//[^/[:space:]]*@#//#g' -e '/^deb[[:space:]]/p' "$f" ;;
    *) awk '
      /^#/ { next }
      /^[ \\t]*$/ { print "."; want = 0; next }
      /^[ \\t]/ { if (want) { gsub("//[^/ \\t]*@", "//"); print }; next }
      { want = tolower($0) ~ /^(types|uris|suites|enabled|trusted|allow-insecure)[ \\t]*:/ }
      want { gsub("//[^/ \\t]*@", "//"); print }' "$f"
      echo . ;;
  esac
done
echo ==end""",
    runs=("apt-config", "dpkg", "sed", "grep", "awk"),  # apt-config asks dpkg for the architectures
    needs=("apt-config", "awk"),
    seconds=4,
    cap=262144,
)


@dataclass(frozen=True)
class _Source:
    """One suite of one line or stanza."""

    file: str
    uri: str
    suite: str
    unsigned: bool

    def __str__(self) -> str:
        return f"{self.uri} {self.suite}"


@reads(APT_SOURCES, OS_RELEASE)
def apt_sources(answer: Answer, release: Answer) -> PackageSources:
    """Suites are told by their name, not by the host: an office may have a mirror of its own."""
    settings, files, off = _told(answer)
    system = os_fields(release)
    name = system.get("VERSION_CODENAME") or (re.findall(r"\((\w+)\)", system.get("VERSION", "")) or [""])[0]
    found = [source for path, lines in files.items() for source in _sources(path, lines)]
    unsigned = [source for source in found if source.unsigned]
    everywhere = tuple(key for key, value in settings.items() if key in _LOOSE and value.lower() in _YES)
    local = [source for source in unsigned if source.uri.startswith(("file:", "copy:"))]
    return PackageSources(
        tool="apt",
        count=len(found),
        unchecked=(*everywhere, *(str(source) for source in unsigned if source not in local)),
        local_unchecked=tuple(str(source) for source in local),
        no_fixes=_no_fixes(system, name, found),
        other_release=_of_others(system, name, found) if name else (),
        switched_off=tuple(off),
    )


_YES = {"1", "yes", "true", "on", "with", "enable"}
_LOOSE = {"APT::Get::AllowUnauthenticated", "Acquire::AllowInsecureRepositories"}
_NEED_SECURITY = {"debian", "ubuntu", "linuxmint", "pop", "devuan", "neon", "zorin", "elementary"}
_ROLLING = {"kali", "raspbian"}  # their fixes come by the same suite as everything else
_DEBIAN = "wheezy jessie stretch buster bullseye bookworm trixie forky duke sid testing unstable experimental"
_UBUNTU = "trusty xenial bionic focal hirsute impish jammy kinetic lunar mantic noble oracular plucky questing resolute"
_CODENAMES = set(f"{_DEBIAN} {_UBUNTU}".split())
_ARCHIVE = re.compile(r"//[\w.-]*\b(debian\.org|ubuntu\.com|launchpad\.net|launchpadcontent\.net)(/|$)")


def _told(answer: Answer) -> tuple[dict[str, str], dict[str, list[str]], list[str]]:
    """The settings, the lines by file, and the files with sources that an upgrade switched off."""
    lines = answer.text.splitlines()
    if not lines or lines[-1] != "==end":
        raise CannotTell(Reason.TRUNCATED, say("the package sources were not read to the end"))
    if lines[0] != "dpkg":
        raise CannotTell(Reason.TOOL_MISSING, say("dpkg manages no package here"))
    settings: dict[str, str] = {}
    files: dict[str, list[str]] = {}
    off: list[str] = []
    into: list[str] | None = None
    for line in lines[1:-1]:
        heading, _, rest = line.partition(" ")
        if heading == "==unread":
            raise CannotTell(Reason.NO_PRIVILEGE, rest)
        if heading == "==file":
            into = files.setdefault(rest, [])
        elif heading == "==off":
            off.append(rest)
        elif into is not None:
            into.append(line)
        else:
            settings[heading] = rest.strip('";')
    usual = {"Dir::Etc::sourcelist": "sources.list", "Dir::Etc::sourceparts": "sources.list.d"}
    given = {key.lower(): value for key, value in settings.items()}
    if any(given.get(key.lower()) != value for key, value in usual.items()):
        raise CannotTell(Reason.UNSUPPORTED_PLATFORM, say("the package sources of apt are in an unusual place"))
    return settings, files, off


def _sources(path: str, lines: list[str]) -> Iterator[_Source]:
    if path.endswith(".list"):
        for line in lines:
            if match := re.fullmatch(r"deb\s+(?:\[(?P<how>[^\]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+).*", line):
                how = dict(word.lower().split("=", 1) for word in (match["how"] or "").split() if "=" in word)
                if not match["uri"].startswith("cdrom:"):
                    yield _Source(path, match["uri"], match["suite"], _loose(how))
        return
    for fields in _stanzas(lines):
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() not in _YES:
            continue
        for uri in fields.get("uris", "").split():
            for suite in fields.get("suites", "").split():
                yield _Source(path, uri, suite, _loose(fields))


def _loose(fields: Mapping[str, str]) -> bool:
    return any(fields.get(key, "").strip().lower() in _YES for key in ("trusted", "allow-insecure"))


def _stanzas(lines: list[str]) -> Iterator[dict[str, str]]:
    fields: dict[str, str] = {}
    name = ""
    for line in lines:
        if line == ".":
            if fields:
                yield fields
            fields, name = {}, ""
        elif line[:1] in " \t":
            fields[name] = f"{fields.get(name, '')} {line.strip()}"
        else:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields[name] = value.strip()
    if fields:
        yield fields


def _no_fixes(system: Mapping[str, str], name: str, found: list[_Source]) -> Said | None:
    """Why no suite brings security fixes for this release."""
    kind = system.get("ID", "")
    if not found:
        return say("no package source is on")
    base = system.get("UBUNTU_CODENAME") or system.get("DEBIAN_CODENAME") or name
    if not base and kind in _NEED_SECURITY:
        return None
    suites = {source.suite.strip("/") for source in found}
    if suites & {f"{base}-security", f"{base}/updates"} or _rolling(system):
        return ""
    if suites & {"stable-security", "oldstable-security", "stable/updates"}:
        return None  # which release that is today is not known here
    if kind not in _NEED_SECURITY or base not in _CODENAMES:
        return None
    return say("no source brings security fixes for {release}", release=base)


def _rolling(system: Mapping[str, str]) -> bool:
    return system.get("ID") in _ROLLING or (system.get("ID") == "debian" and not system.get("VERSION_ID"))


def _of_others(system: Mapping[str, str], name: str, found: list[_Source]) -> tuple[str, ...]:
    """Suites of another release, from the archives of the system itself: others name their suites as they like."""
    own = {name, system.get("UBUNTU_CODENAME"), system.get("DEBIAN_CODENAME")}
    archives = {source.uri.rstrip("/") for source in found if _first(source) in own}
    others = [
        source
        for source in found
        if _first(source) in _CODENAMES - own and (source.uri.rstrip("/") in archives or _ARCHIVE.search(source.uri))
    ]
    known = bool(own & _CODENAMES) and not _rolling(system)
    return tuple(dict.fromkeys(str(source) for source in others)) if known else ()


def _first(source: _Source) -> str:
    return re.split(r"[-/]", source.suite, maxsplit=1)[0]
