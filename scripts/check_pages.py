"""Write docs/checks.md, the page of every check in the manual, from the checks themselves.

`--check` writes nothing; it fails when the page is not what the checks say today.
"""

from __future__ import annotations

import sys
from pathlib import Path

from nis2scan.check import Check
from nis2scan.model import Measure
from nis2scan.policy import Policy
from nis2scan.rules import load

PAGE = Path(__file__).resolve().parent.parent / "docs" / "checks.md"

HEAD = """\
# Every check

Made from the checks themselves by `scripts/check_pages.py`. Numbers are the defaults of the thresholds. A *key* check
is one without which its measure counts as not looked at on that machine.
"""


def page() -> str:
    """The whole page, for the checks that nis2scan brings itself."""
    own = [check for check in load().checks if check.module.startswith("nis2scan.checks.")]
    parts = [HEAD]
    for measure in Measure:
        of_measure = [check for check in own if check.measure is measure]
        if of_measure:
            parts += [f"## {measure.capitalize()}\n", *map(_entry, of_measure)]
    return "\n".join(parts)


def _entry(check: Check) -> str:
    thresholds = {name: value for name, value in Policy().values().items() if "{" + name + "}" in check.expected}
    facts = [check.severity.value, *(["key"] if check.key else []), ", ".join(check.platforms) or "every system"]
    lines = [
        f"### `{check.id}`\n",
        f"**{check.title}** ({' · '.join(facts)}{' · ' if check.catalogue else ''}{' '.join(check.catalogue)})\n",
        f"{check.why}\n",
        f"*Passes when:* {check.expected.format(**thresholds)}\n",
    ]
    if check.limits:
        lines.append(f"*Does not see:* {check.limits}\n")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    made = page()
    if "--check" not in arguments:
        PAGE.write_text(made, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != made:
        print("docs/checks.md is not what the checks say: run scripts/check_pages.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
