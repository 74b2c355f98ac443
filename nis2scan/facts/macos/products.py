"""Programs on a Mac that the table of support dates knows: Java, Python and Microsoft Office."""

from __future__ import annotations

import re

from nis2scan.api import Answer, CannotTell, Reason, Unknown, reads, say, shell
from nis2scan.facts.products import Product, Products

# Where their own installers put them; what somebody unpacks elsewhere is not found.
PROGRAMS = shell(
    """ls -d /Library/. /Applications/. >/dev/null || exit 1
for f in /Library/Java/JavaVirtualMachines/*/Contents/Home/release; do
  [ -f "$f" ] || continue
  v= m=
  while IFS='=' read -r k w || [ -n "$k" ]; do
    case $k in JAVA_VERSION) v=$w ;; IMPLEMENTOR) m=$w ;; esac
  done < "$f"
  printf 'java %s=%s\\n' "$m" "$v"
done
for d in /Library/Frameworks/Python.framework/Versions/[0-9]*; do
  [ -d "$d/bin" ] && printf 'python %s=\\n' "${d##*/}"
done
for a in Word Excel PowerPoint Outlook; do
  f="/Applications/Microsoft $a.app/Contents/Info.plist"
  [ -f "$f" ] || continue
  printf 'office %s=' "$a"
  plutil -extract CFBundleShortVersionString xml1 -o - "$f" | sed -n 's/.*<string>\\([0-9.]*\\)<.*/\\1/p' || exit 1
done
echo end=""",
    runs=("ls", "plutil", "sed"),
    needs=("plutil",),
    platforms=("macos",),
    seconds=6,
    cap=16384,
)

_MAKERS = {"Eclipse Adoptium": "java-temurin", "Oracle Corporation": "java-oracle"}
_LAST_OF_2016 = 16  # 16.16 was the last of Office 2016; later editions share the numbers from 16.17 on


@reads(PROGRAMS)
def products(answer: Answer) -> Products:
    """Of Office only the oldest edition is told by its number; the others are bought apart and look the same."""
    found: dict[str, Product] = {}
    unread: dict[str, Unknown] = {}
    rows = [line.partition("=") for line in answer.lines]
    if not rows or rows[-1][0] != "end":
        raise CannotTell(Reason.TRUNCATED, say("the answer has no end"))
    for row, _, value in rows:  # a maker may stand in it more than once
        kind, _, name = row.partition(" ")
        version = value.strip().strip('"')
        if kind == "java" and re.match(r"\d", version):
            maker = name.strip('"')
            found[f"{row} {version}"] = Product(f"Java {version} ({maker})", _MAKERS.get(maker, "java"), version)
        elif kind == "java":
            unread["Java"] = Unknown(Reason.PARSE_ERROR, say("the version of {program} is not told", program="Java"))
        elif kind == "python":
            found[row] = Product(f"Python {name}", "python", name)
        elif kind == "office":
            _office(name, version, found, unread)
    if not found and not unread:
        told = say("only Java, Python and Office are looked for on a Mac, and none of them was found")
        raise CannotTell(Reason.OUT_OF_VANTAGE, told)
    return Products(tuple(found.values()), unread)


def _office(name: str, version: str, found: dict[str, Product], unread: dict[str, Unknown]) -> None:
    numbers = [int(part) for part in version.split(".")[:2] if part.isdigit() and len(part) < 9]
    if len(numbers) < 2:
        raise CannotTell(Reason.PARSE_ERROR, say("the version of {program} is not told", program=name))
    if numbers <= [16, _LAST_OF_2016]:
        found["office"] = Product("Microsoft Office 2016", "office", "office:2016")
        return
    same = say("Office {version}: which edition it is shows in the program only", version=version)
    unread["Microsoft Office"] = Unknown(Reason.OUT_OF_VANTAGE, same)
