"""The made-up checks of the sample."""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.check import Check
from nis2scan.model import Effort, Measure, Severity


@dataclass(frozen=True)
class _Text:
    measure: Measure
    slug: str
    title: str
    action: str
    why: str
    severity: Severity
    effort: Effort
    key: bool = True


_H, _M, _L, _C = Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.CRITICAL
_TEXTS = (
    _Text(
        Measure.BACKUP,
        "last-copy",
        "The last good back-up is too old",
        "Make a copy of the server every night",
        "When ransomware strikes, you are back at the last good copy. Everything after it is lost.",
        _C,
        Effort.HALF_DAY,
    ),
    _Text(
        Measure.BACKUP,
        "restore-test",
        "A restore was never tested",
        "Restore one folder and write down the day",
        "A back-up that was never restored is a hope, not a back-up.",
        _M,
        Effort.HOUR,
        False,
    ),
    _Text(
        Measure.UPDATES,
        "security-waiting",
        "Security updates are waiting",
        "Install the waiting security updates",
        "Known holes are used by criminals within days.",
        _H,
        Effort.HOUR,
    ),
    _Text(
        Measure.UPDATES,
        "restart-waiting",
        "A restart is waiting",
        "Restart the devices that wait for it",
        "Until then the old, vulnerable program keeps running.",
        _M,
        Effort.MINUTES,
        False,
    ),
    _Text(
        Measure.ENCRYPTION,
        "system-disk",
        "The system disk is not encrypted",
        "Encrypt the disks of the laptops",
        "Whoever finds a lost laptop can read everything on it.",
        _H,
        Effort.HOUR,
    ),
    _Text(
        Measure.MFA,
        "password-login",
        "A password alone opens a session",
        "Allow logging in with keys only",
        "Whoever reaches the port can guess passwords all night.",
        _H,
        Effort.MINUTES,
    ),
    _Text(
        Measure.ACCESS,
        "many-admins",
        "Too many people are administrator",
        "Take administrator rights away",
        "Every administrator is a way in for whoever steals the password.",
        _M,
        Effort.HOUR,
    ),
    _Text(
        Measure.ACCESS,
        "screen-lock",
        "The screen does not lock by itself",
        "Let screens lock by themselves",
        "A passer-by can use an open screen.",
        _L,
        Effort.MINUTES,
        False,
    ),
    _Text(
        Measure.SEGMENTATION,
        "firewall-off",
        "The firewall is off",
        "Switch the firewall on",
        "Then every service is open to every other device.",
        _M,
        Effort.MINUTES,
    ),
    _Text(
        Measure.EXPOSURE,
        "remote-desktop",
        "Remote desktop is open to the internet",
        "Close remote desktop on the router",
        "Criminals look for it day and night.",
        _C,
        Effort.MINUTES,
    ),
    _Text(
        Measure.LOGGING,
        "clock",
        "The clock is wrong",
        "Set the clock by a time server",
        "Log lines of several devices cannot be put side by side.",
        _M,
        Effort.MINUTES,
    ),
    _Text(
        Measure.ORGANISATION,
        "crisis-plan",
        "There is no plan for a cyber incident",
        "Write a one-page plan for an incident",
        "In a crisis nobody has time to think about who calls whom.",
        _M,
        Effort.HALF_DAY,
        False,
    ),
)


def _never(*_: object) -> dict[str, object]:
    raise AssertionError("a sample is not judged")


def _check(text: _Text) -> Check:
    return Check(
        id=f"{text.measure}/{text.slug}",
        module="sample",
        measure=text.measure,
        title=text.title,
        why=text.why,
        severity=text.severity,
        expected="It is as it should be",
        action=text.action,
        remedy="Run `tool --mend` and look again with `tool --show {here}`.",
        limits="Does not see other devices.",
        effort=text.effort,
        catalogue=(f"{text.measure[:3].upper()}-ANY-001",),
        also=(),
        key=text.key,
        platforms=(),
        needs=(),
        judge=_never,  # type: ignore[arg-type]
    )


CHECKS = {check.id: check for check in map(_check, _TEXTS)}
