"""Programs that bring their own copy of a system along: containers that run, snaps, flatpaks.

Their tools are not run: podman, snap and flatpak write or start something when they are only asked, and even a question
to the socket of docker may start it. What they keep on disk is read instead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from nis2scan.api import Answer, CannotTell, Fact, Reason, Root, reads, say, shell


@dataclass(frozen=True)
class Container:
    """One that runs. built: when its image was made; None where the image does not tell."""

    name: str
    engine: str
    image: str
    built: datetime | None


@dataclass(frozen=True)
class Snaps:
    """refreshed: the last look for updates by itself. held: snaps that are held back.

    stopped: all are held back for good. stopped_until: or until then.
    """

    names: tuple[str, ...]
    refreshed: datetime | None
    held: tuple[str, ...] = ()
    stopped: bool = False
    stopped_until: datetime | None = None


@dataclass(frozen=True)
class Bundles(Fact):
    """snaps, flatpaks: None where there are none. flatpaks: the last time that any was installed or updated.

    unread: engines whose containers could not be read. others: containers of somebody else than root run.
    """

    now: datetime
    containers: tuple[Container, ...]
    snaps: Snaps | None
    flatpaks: datetime | None
    unread: tuple[str, ...]
    others: bool


# Of each file only the fields that are judged are told: beside them stand passwords and tokens.
BUNDLES = shell(
    """printf 'now '; date -u +%s
k() { [ -d "$1" ] || return 1; [ -x "$1" ] && [ -r "$1" ] || { echo "unread $2"; return 1; }; }
g=$(grep -oE '"(data-root|graph)"[[:space:]]*:[[:space:]]*"/[^"]*"' /etc/docker/daemon.json 2>/dev/null)
g=${g%\\"}; g=${g##*\\"}
for d in /var/lib/docker "$g" /var/snap/docker/common/var-lib-docker; do
  k "$d" docker && echo "looked docker" || continue
  for f in "$d"/containers/*/config.v2.json; do
    [ -f "$f" ] && [ ! -L "$f" ] || continue
    t=$(grep -oE '"Pid":[0-9]+|"Image":"[^"\\\\]*"|"Name":"/[^"\\\\]*"' "$f")
    p=${t#*\\"Pid\\":}; p=${p%%[!0-9]*}
    [ "${p:-0}" -gt 0 ] && [ -d "/proc/$p" ] || continue
    printf '==docker\\n%s\\n' "$t"
    i=${t#*\\"sha256:}; i=${i%%\\"*}
    case $i in *[!0-9a-f]*|'') continue ;; esac
    for c in "$d"/image/*/imagedb/content/sha256/"$i"; do
      [ -f "$c" ] && [ ! -L "$c" ] && grep -oE '"created":"[^"\\\\]*"' "$c"
    done
  done
done
s=/var/lib/containers/storage
if k $s podman; then
  echo "looked podman"
  for f in $s/*-images/images.json $s/*-containers/containers.json; do
    [ -f "$f" ] || continue
    f2=${f##*/}; echo "==${f2%.json}"
    grep -oE '"(id|image|created)":"[^"\\\\]*"|"names":\\["[^"\\\\]*"' "$f"
  done
  echo ==alive
  for f in /run/containers/storage/*-containers/*/userdata/pidfile; do
    { read -r p < "$f"; } 2>/dev/null || [ -n "${p-}" ] || continue
    [ -d "/proc/$p" ] && { f=${f%/userdata/pidfile}; echo "${f##*/}"; }
    p=
  done
fi
echo ==rest
{ read -r c < /proc/1/comm; } 2>/dev/null || echo "unread processes"
for f in /proc/[0-9]*; do
  { read -r c < "$f/comm"; } 2>/dev/null || continue
  case $c in conmon|dockerd|containerd-shim*) if [ -O "$f" ]; then echo "runs $c"; else echo others; fi ;; esac
done
for f in /var/lib/snapd/snaps/*.snap; do [ -e "$f" ] && { f=${f##*/}; echo "snap ${f%%_*}"; }; done
f=/var/lib/snapd/state.json
if [ -r $f ]; then
  grep -oE '"last-refresh":"[^"\\\\]*"|"refresh":[{]("[^"\\\\]*":"[^"\\\\]*",)*"hold":"[^"\\\\]*"' $f
  grep -oE '"[^"\\\\]*":[{]"system":[{][^{}]*"hold-until":"[^"\\\\]*"' $f
elif [ -e $f ]; then echo "unread snap"; fi
for f in /var/lib/flatpak/app/*; do [ -d "$f" ] && echo flatpak && break; done
[ -e /var/lib/flatpak/.changed ] && { printf 'changed '; stat -c %Y /var/lib/flatpak/.changed; }
echo end""",
    runs=("date", "grep", "stat"),
    needs=("date", "grep"),
    root=Root.PREFERRED,
    seconds=8,
    cap=524288,
)


@dataclass
class _Told:
    """The answer by its headings; a heading may come several times."""

    parts: list[tuple[str, list[str]]] = field(default_factory=list)

    def of(self, heading: str) -> list[list[str]]:
        return [lines for name, lines in self.parts if name == heading]


@reads(BUNDLES)
def bundles(answer: Answer) -> Bundles:
    """What runs is told by processes that live, not by what an engine wrote down last."""
    lines = answer.lines
    if lines[-1:] != ["end"] or not re.fullmatch(r"now \d+", lines[0]):
        raise CannotTell(Reason.TRUNCATED, say("containers, snaps and flatpaks were not read to the end"))
    told = _Told([("", [])])
    for line in lines[:-1]:
        if line.startswith("=="):
            told.parts.append((line[2:], []))
        else:
            told.parts[-1][1].append(line)
    top, rest = told.of("")[0], [line for part in told.of("rest") for line in part]
    every = [line for _, part in told.parts for line in part]
    found = (*(_of_docker(tokens) for tokens in told.of("docker")), *_of_podman(told))
    unread = {line[7:] for line in every if line.startswith("unread ")}
    runs = {line[5:] for line in rest if line.startswith("runs ")}
    unread |= _unexplained(runs, found, "looked docker" in every)
    now = datetime.fromtimestamp(int(top[0][4:]), UTC)
    return Bundles(
        now=now,
        containers=found,
        snaps=_snaps(rest, now),
        flatpaks=_flatpaks(rest),
        unread=tuple(sorted(unread)),
        others="others" in rest,
    )


def _unexplained(runs: set[str], found: Iterable[Container], looked: bool) -> set[str]:
    """Engines that run, and of which nothing was found where it would be."""
    engines = {item.engine for item in found}
    unread = {"docker"} if "dockerd" in runs and not looked else set()
    if "conmon" in runs and "podman" not in engines:
        unread.add("conmon")
    if any(name.startswith("containerd-shim") for name in runs) and "docker" not in engines:
        unread.add("containerd")
    return unread


def _tokens(lines: Iterable[str], key: str) -> list[str]:
    """The values of a key, of lines such as `"Image":"nginx:1"`, `"Pid":5` and `"names":["a"`."""
    return [line.split(":", 1)[1].strip('["') for line in lines if line.startswith(f'"{key}":')]


def _of_docker(lines: list[str]) -> Container:
    """config.v2.json names the image by name and by the hash of its configuration, in which stand the dates."""
    images = _tokens(lines, "Image")
    name = next(iter(_tokens(lines, "Name")), "/?").strip("/")
    hashes = {image for image in images if image.startswith("sha256:")}
    image = next((image for image in images if not image.startswith("sha256:")), "")
    return Container(name, "docker", image, _newest(_tokens(lines, "created")) if len(hashes) == 1 else None)


def _of_podman(told: _Told) -> list[Container]:
    images = {row["id"]: row for part in told.of("images") for row in _rows(part)}
    alive = {line for part in told.of("alive") for line in part}
    found = []
    for row in (row for part in told.of("containers") for row in _rows(part) if row["id"] in alive):
        image = images.get(row.get("image", ""), {})
        built = _newest([image["created"]] if "created" in image else [])
        found.append(Container(row.get("names", row["id"][:12]), "podman", image.get("names", ""), built))
    return found


def _rows(lines: list[str]) -> list[dict[str, str]]:
    """Each object begins with its id."""
    rows: list[dict[str, str]] = []
    for line in lines:
        key = json.loads(line.split(":", 1)[0])
        if key == "id":
            rows.append({})
        rows[-1].setdefault(key, line.split(":", 1)[1].strip('["'))
    return rows


def _newest(stamps: Iterable[str]) -> datetime | None:
    """Images that are built to be the same everywhere bear a date of long ago, which tells nothing."""
    moments = []
    for stamp in stamps:
        whole = re.sub(r"\.\d+", "", stamp)
        try:
            moment = datetime.fromisoformat(whole)
        except ValueError:
            continue
        moments.append(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    newest = max(moments, default=None)
    return newest if newest is not None and newest.year >= 2010 else None


def _snaps(lines: list[str], now: datetime) -> Snaps | None:
    names = {line[5:] for line in lines if line.startswith("snap ")}
    if not names:
        return None
    holds = [line for line in lines if '"hold-until":' in line]
    ends = {line.split('"')[1]: _newest([line.split('"')[-2]]) for line in holds}
    held = tuple(sorted(name for name, end in ends.items() if end is None or end > now))
    until = [line.split('"hold":', 1)[1].strip('"') for line in lines if line.startswith('"refresh":')]
    refreshed, moment = _newest(_tokens(lines, "last-refresh")), _newest(until)
    return Snaps(tuple(sorted(names)), refreshed, held, bool(until) and moment is None, moment)


def _flatpaks(lines: list[str]) -> datetime | None:
    changed = [int(line[8:]) for line in lines if re.fullmatch(r"changed \d+", line)]
    if "flatpak" not in lines:
        return None
    if not changed:
        raise CannotTell(Reason.PARSE_ERROR, say("when the flatpaks were last updated is not known"))
    return datetime.fromtimestamp(changed[0], UTC)
