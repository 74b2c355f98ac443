"""LOG-ANY-001."""

from nis2scan.api import CannotTell, Policy, Reason, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.scanner_clock import ScannerClock
from nis2scan.facts.session import Clock

_ERROR_BAR = 30.0
"""Seconds. With a slower line than this the clocks cannot be compared to the minute."""


@check(
    title="The clock of this machine is wrong",
    severity=Severity.MEDIUM,
    expected="at most {clock_ok_seconds} seconds from the clock of the scanner",
    action="Set the clocks right and keep them so",
    remedy="Linux: `timedatectl set-ntp true`. Windows: `w32tm /resync`. macOS: `sudo sntp -sS time.apple.com`.\n"
    "Check: `date -u` beside a clock that is right.",
    limits="Compares with the clock of the scanner at one moment. The time zone is not judged.",
    catalogue=("LOG-ANY-001",),
    key=True,
)
def clock_skew(clock: Clock, scanner: ScannerClock, policy: Policy) -> Verdict:
    """Log lines of several machines can only be put in order when their clocks agree; far apart, logons fail too."""
    if not scanner.trusted:
        raise CannotTell(
            Reason.OUT_OF_VANTAGE, say("the scanner's own clock is off: median {seconds} s", seconds=round(scanner.off))
        )
    if clock.error > _ERROR_BAR:
        raise CannotTell(
            Reason.OUT_OF_VANTAGE,
            say("the line is too slow to compare clocks: {seconds} s", seconds=round(clock.error)),
        )
    skew = abs(clock.skew)
    seen = say("{seconds} seconds from the clock of the scanner", seconds=round(clock.skew))
    if skew <= policy.clock_ok_seconds:
        return ok(seen)
    return warn(seen) if skew <= policy.clock_max_seconds else bad(seen)
