"""What was not looked at, folded by cause, each cause with what can be done about it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nis2scan.assessment import Asset, Unseen
from nis2scan.errors import Reason
from nis2scan.model import Finding, Message, Outcome, Said, say

MOST_DETAILS = 20

# The next step for each reason, and a command to copy where there is one.
NEXT_STEPS: Mapping[Reason, tuple[Message, str]] = {
    Reason.NOT_ASKED: (say("Nothing was asked: scan again, and let the scan come to its end."), "nis2scan scan"),
    Reason.NOTHING_TO_JUDGE: (say("There was nothing to judge. Look yourself whether that can be right."), ""),
    Reason.UNANSWERED: (
        say("Answer the open questions in answers.toml, with a name and a date."),
        "nis2scan answers > answers.toml",
    ),
    Reason.NO_CREDENTIAL: (
        say("Nobody could log in there: name host and login in config.toml, or start a script there and add its file."),
        "nis2scan collect-script windows",
    ),
    Reason.AUTH_FAILED: (
        say("The login was refused. Check account and key; it is not tried again until it changes."),
        "",
    ),
    Reason.UNREACHABLE: (say("The host did not answer. Is it on, and is the address in config.toml right?"), ""),
    Reason.HOST_KEY: (
        say("The host shows another key than known. Find out why before you accept it: it may be another machine."),
        "",
    ),
    Reason.NO_PRIVILEGE: (
        say(
            "The account may not see this. Linux: set `become` for its login, and allow it there. Windows: ask as an "
            "administrator, or let one start the script for an answer by file."
        ),
        "",
    ),
    Reason.TOOL_MISSING: (say("The host lacks the program that was asked. Look by hand."), ""),
    Reason.TIMEOUT: (say("The answer took too long. Scan again at a quiet moment, or raise limits.host_seconds."), ""),
    Reason.TRUNCATED: (say("The answer was longer than is accepted, or was cut off. Look by hand."), ""),
    Reason.PARSE_ERROR: (
        say("The answer was not understood. Look by hand, and report it to the makers of nis2scan."),
        "",
    ),
    Reason.STALE_DATA: (say("What was found is too old to say anything about today. Refresh it, then scan again."), ""),
    Reason.UNSUPPORTED_PLATFORM: (say("nis2scan cannot look into this kind of system yet. Look by hand."), ""),
    Reason.LOCALE_UNSUPPORTED: (say("The answer came in a language that cannot be judged safely. Look by hand."), ""),
    Reason.CONSTRAINED_LANGUAGE: (say("PowerShell is restricted on this host, which protects it. Look by hand."), ""),
    Reason.BLOCKED_BY_POLICY: (say("A setting of the host forbids this question. Look by hand."), ""),
    Reason.NO_LICENCE: (say("The licence of the service does not allow this question. Look by hand."), ""),
    Reason.OUT_OF_VANTAGE: (
        say("It cannot be seen from where was looked. Look there yourself, or ask whoever manages it."),
        "",
    ),
    Reason.LEFT_ALONE: (
        say("Such a device could print or stop when it is asked. Look at its own pages, or ask whoever manages it."),
        "",
    ),
    Reason.DATASET_STALE: (
        say("A list that came with nis2scan is missing or too old. Install the newest version."),
        "",
    ),
    Reason.DISABLED_BY_USER: (say("This was switched off in config.toml."), ""),
    Reason.BUG: (say("A check made a mistake. Report it to the makers of nis2scan, with the text below."), ""),
}


@dataclass
class _Heap:
    """What has one cause. Dicts keep each thing once, in the order of first sight."""

    hosts: dict[str, None] = field(default_factory=dict)
    checks: dict[str, None] = field(default_factory=dict)
    details: dict[Said, None] = field(default_factory=dict)
    findings: int = 0


def folded(findings: Iterable[Finding], assets: Iterable[Asset]) -> list[Unseen]:
    """One row for each cause, the one that hides the most first. Assets that nothing was asked of count by name."""
    heaps: dict[Reason, _Heap] = defaultdict(_Heap)
    asked: set[str] = set()
    for finding in findings:
        asked.add(finding.host)
        if finding.outcome is Outcome.NOT_ASSESSED:
            heap = heaps[finding.reason or Reason.BUG]
            heap.hosts[finding.host] = heap.checks[finding.check] = None
            heap.findings += 1
            if finding.found:
                heap.details[finding.found] = None
    for asset in assets:
        if asset.name not in asked and not asset.looked:
            heap = heaps[asset.reason or Reason.NO_CREDENTIAL]
            heap.hosts[asset.name] = None
            if asset.detail:
                heap.details[asset.detail] = None
    rows = [_row(reason, heap) for reason, heap in heaps.items()]
    return sorted(rows, key=lambda row: (-len(row.hosts), -row.findings, row.reason))


def _row(reason: Reason, heap: _Heap) -> Unseen:
    step, command = NEXT_STEPS[reason]
    return Unseen(
        reason=reason,
        hosts=tuple(heap.hosts),
        checks=tuple(heap.checks),
        findings=heap.findings,
        details=tuple(heap.details)[:MOST_DETAILS],
        next_step=step,
        command=command,
    )
