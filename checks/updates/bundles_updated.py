"""UPD-LNX-007."""

from __future__ import annotations

from datetime import datetime, timedelta

from nis2scan.api import (
    Absent,
    Confidence,
    Message,
    Part,
    Policy,
    Reason,
    Severity,
    Unknown,
    bad,
    check,
    ok,
    say,
    warn,
)
from nis2scan.facts.linux.bundles import Bundles, Container, Snaps


@check(
    title="Containers, snaps or flatpaks are out of date",
    catalogue=("UPD-LNX-007",),
    severity=Severity.MEDIUM,
    expected="images of running containers are at most {image_warn_days} days old, snaps and flatpaks are updated",
    action="Renew containers, snaps and flatpaks as well",
    remedy="Every month: `docker compose pull && docker compose up -d`, or `podman auto-update`. "
    "`snap refresh --unhold && snap refresh`; `flatpak update`.\n"
    "Check: `docker images`, `snap refresh --time` and `flatpak history` show today.",
    limits="Judges the day on which an image was made, not what is in it. Containers of ordinary users, of Kubernetes "
    "and of images that bear no date are not judged, nor systems in LXC; of flatpaks it sees only those for everybody, "
    "and when anything last changed.",
)
def bundles_updated(bundles: Bundles, policy: Policy) -> dict[str, Part]:
    """Containers, snaps and flatpaks bring their own libraries along; the updates of the system do not touch those."""
    parts: dict[str, Part] = {
        f"container {item.name}": _container(item, bundles.now, policy) for item in bundles.containers
    }
    unread = [name for name in bundles.unread if name != "snap"]
    if unread:
        parts["containers"] = Unknown(
            Reason.NO_PRIVILEGE, say("containers that may run were not seen: {what}", what=unread)
        )
    elif bundles.others:
        said = say("containers of ordinary users run; they were not looked at")
        parts["containers"] = Unknown(Reason.UNSUPPORTED_PLATFORM, said)
    if bundles.snaps is not None:
        parts["snap"] = _snaps(bundles.snaps, bundles, policy)
    if bundles.flatpaks is not None:
        days = _days(bundles.flatpaks, bundles.now)
        found = say("flatpaks last changed {days} days ago", days=days)
        parts["flatpak"] = _by_age(found, days, policy, Confidence.DERIVED)
    if not parts:
        raise Absent(say("no container runs, and there are no snaps and no flatpaks"))
    return parts


def _days(then: datetime, now: datetime) -> int:
    return max(0, (now - then) // timedelta(days=1))


def _container(item: Container, now: datetime, policy: Policy) -> Part:
    if item.built is None:
        return Unknown(Reason.PARSE_ERROR, say("{image}: when the image was made is not known", image=item.image))
    days = _days(item.built, now)
    return _by_age(say("{image}: the image was made {days} days ago", image=item.image, days=days), days, policy)


def _by_age(found: Message, days: int, policy: Policy, sure: Confidence = Confidence.MEASURED) -> Part:
    if days > policy.image_fail_days:
        return bad(found, confidence=sure)
    return warn(found, confidence=sure) if days > policy.image_warn_days else ok(found, confidence=sure)


def _snaps(snaps: Snaps, bundles: Bundles, policy: Policy) -> Part:
    """snapd looks four times a day by itself; it must be allowed to, and have done so."""
    if "snap" in bundles.unread:
        return Unknown(Reason.NO_PRIVILEGE, say("only root can see when snaps were last updated"))
    if snaps.stopped:
        return warn(say("updates of snaps are stopped for good"))
    if snaps.stopped_until is not None and snaps.stopped_until > bundles.now:
        return warn(say("updates of snaps are stopped until {day}", day=snaps.stopped_until))
    if snaps.refreshed is None:
        return Unknown(Reason.PARSE_ERROR, say("when snaps were last updated is not known"))
    days = _days(snaps.refreshed, bundles.now)
    if days >= policy.updates_fail_days:
        return warn(say("snaps last looked for updates {days} days ago", days=days))
    if snaps.held:
        return warn(say("snaps that are held back: {names}", names=snaps.held))
    return ok(say("{count} snaps; they last looked for updates {days} days ago", count=len(snaps.names), days=days))
