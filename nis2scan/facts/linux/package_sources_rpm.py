"""Where packages come from by the settings of dnf, yum, zypper and pacman."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from nis2scan.api import Answer, CannotTell, Reason, Said, reads, say, shell
from nis2scan.facts.linux.package_sources import PackageSources
from nis2scan.facts.linux.release import os_fields
from nis2scan.facts.linux.system import OS_RELEASE

# Names, switches and what is said of signatures; no addresses, for those may hold passwords.
INI_SOURCES = shell(
    """for f in /etc/yum.conf /etc/dnf/dnf.conf /etc/yum.repos.d/*.repo /etc/dnf/repos.override.d/*.repo \\
    /etc/zypp/zypp.conf /etc/zypp/repos.d/*.repo /etc/pacman.conf; do
  [ -f "$f" ] || continue
  [ -r "$f" ] || { echo "==unread $f"; continue; }
  echo "==file $f"
  sed -n -e 's/^[[:space:]]*//' -e 's/[[:space:]]*$//' -e '/^\\[/p' -e 's/[[:space:]]*=[[:space:]]*/=/' \\
    -e '/^enabled=/p' -e '/^\\(pkg_\\|repo_\\)\\{0,1\\}gpgcheck=/p' -e '/^\\(SigLevel\\|Include\\|reposdir\\)=/p' "$f"
done
command -v dnf5 >/dev/null && echo ==dnf5
echo ==end""",
    runs=("sed",),
    needs=("sed",),
    seconds=3,
    cap=262144,
)

Sections = dict[str, dict[str, list[str]]]
_OFF = {"0", "no", "false", "off"}
_WITH_UPDATES = {"fedora", "opensuse-leap", "sles", "sled"}  # here fixes come by sources of their own


@dataclass
class _Told:
    """The sections by file; a section is its settings, each with all its values."""

    files: dict[str, Sections] = field(default_factory=dict)
    dnf5: bool = False

    def under(self, folder: str) -> Sections:
        merged: Sections = {}
        for path, sections in self.files.items():
            if path.startswith(folder):
                for name, values in sections.items():
                    merged.setdefault(name, {}).update(values)
        return merged


@reads(INI_SOURCES, OS_RELEASE)
def ini_sources(answer: Answer, release: Answer) -> PackageSources:
    """The first package manager that has sources of its own here."""
    told, system = _told(answer), os_fields(release)
    zypper, yum = told.under("/etc/zypp/repos.d/"), told.under("/etc/yum.repos.d/")
    if zypper:
        main = told.under("/etc/zypp/zypp.conf").get("main", {})
        return _of_repos("zypper", zypper, main, True, system)
    if yum:
        main = {**told.under("/etc/yum.conf").get("main", {}), **told.under("/etc/dnf/dnf.conf").get("main", {})}
        if "reposdir" in main:
            raise CannotTell(Reason.UNSUPPORTED_PLATFORM, say("the package sources of dnf are in an unusual place"))
        for name, values in told.under("/etc/dnf/repos.override.d/").items():
            if re.search(r"[*?\[]", name):
                raise CannotTell(Reason.UNSUPPORTED_PLATFORM, say("{name}: stands for several sources", name=name))
            yum.setdefault(name, {}).update(values)
        return _of_repos("dnf", yum, main, True if told.dnf5 else None, system)
    if "/etc/pacman.conf" in told.files:
        return _of_pacman(told.files["/etc/pacman.conf"])
    raise CannotTell(Reason.TOOL_MISSING, "dnf, zypper, pacman")


def _told(answer: Answer) -> _Told:
    lines, told = answer.lines, _Told()
    if lines[-1:] != ["==end"]:
        raise CannotTell(Reason.TRUNCATED, say("the package sources were not read to the end"))
    sections: Sections = {}
    values: dict[str, list[str]] = {}
    for line in lines[:-1]:
        heading, _, rest = line.partition(" ")
        if heading == "==unread":
            raise CannotTell(Reason.NO_PRIVILEGE, rest)
        if heading == "==file":
            sections = told.files.setdefault(rest, {})
            values = {}
        elif heading == "==dnf5":
            told.dnf5 = True
        elif line.startswith("["):
            values = sections.setdefault(line.strip("[]"), {})
        else:
            name, _, value = line.partition("=")
            values.setdefault(name, []).append(value)
    return told


def _of_repos(
    tool: str, repos: Sections, main: Mapping[str, list[str]], default: bool | None, system: Mapping[str, str]
) -> PackageSources:
    """gpgcheck of a source, else that of the main file, else the default of the tool; None where it has none."""
    on = {name: values for name, values in repos.items() if (values.get("enabled") or ["1"])[-1].lower() not in _OFF}
    unchecked = []
    for name, values in on.items():
        given = values.get("pkg_gpgcheck") or values.get("gpgcheck") or main.get("pkg_gpgcheck") or main.get("gpgcheck")
        checked = given[-1].lower() not in _OFF if given else default
        if checked is None:
            raise CannotTell(Reason.PARSE_ERROR, say("{name}: gpgcheck is not set", name=name))
        if not checked:
            unchecked.append(name)
    kind = system.get("ID", "")
    lacks = kind in _WITH_UPDATES and not any("update" in name.lower() for name in on)
    no_fixes: Said | None = say("no package source is on") if not on else ""
    if on and lacks and kind != "fedora" and not re.match(r"(12|15|42)\b", system.get("VERSION_ID", "")):
        no_fixes = None  # from 16 on Leap and SUSE have one source for everything
    elif on and lacks:
        no_fixes = say("no source brings security fixes for {release}", release=system.get("PRETTY_NAME", kind))
    return PackageSources(tool, len(on), tuple(unchecked), no_fixes=no_fixes)


def _of_pacman(sections: Sections) -> PackageSources:
    """pacman.conf(5): words for packages and databases; the last one counts. A repository may have its own."""
    common = sections.get("options", {}).get("SigLevel", [])
    if "Include" in sections.get("options", {}):
        raise CannotTell(Reason.UNSUPPORTED_PLATFORM, say("the package sources of pacman are in an unusual place"))
    repos = {name: values for name, values in sections.items() if name != "options"}
    unchecked, doubtful = [], []
    for name, values in repos.items():
        words = re.split(r"\s+", " ".join([*common, *values.get("SigLevel", [])]).strip())
        of_packages = [word.removeprefix("Package") for word in words if not word.startswith("Database")]
        levels = [word for word in of_packages if word in ("Never", "Optional", "Required")]
        trust = [word for word in of_packages if word in ("TrustAll", "TrustedOnly")]
        if not levels:
            raise CannotTell(Reason.PARSE_ERROR, say("{name}: SigLevel is not set", name=name))
        if levels[-1] == "Never" or trust[-1:] == ["TrustAll"]:
            unchecked.append(name)
        elif levels[-1] == "Optional":
            doubtful.append(name)
    no_fixes: Said = "" if repos else say("no package source is on")
    return PackageSources("pacman", len(repos), tuple(unchecked), doubtful=tuple(doubtful), no_fixes=no_fixes)
