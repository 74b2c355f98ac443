"""UPD-NET-002."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from nis2scan.api import (
    Absent,
    CannotTell,
    Confidence,
    Dataset,
    Effort,
    Judged,
    Maybe,
    Now,
    Outcome,
    Part,
    Reason,
    Severity,
    Unknown,
    Verdict,
    bad,
    check,
    say,
    warn,
)
from nis2scan.facts.linux.system import System
from nis2scan.facts.network.doors import Doors
from nis2scan.facts.network.services import Service, ServiceVersions
from nis2scan.facts.support import Eol, rows_of_version

# How nmap calls a program, and how the table of support dates does. Samba is left out: nmap cannot see its version.
_PRODUCTS = {
    "apache httpd": "apache-httpd",
    "nginx": "nginx",
    "isc bind": "bind",
    "mysql": "mysql",
    "mariadb": "mariadb",
    "postgresql db": "postgresql",
    "mongodb": "mongodb",
    "redis key-value store": "redis",
    "apache tomcat": "tomcat",
    "mikrotik routeros": "routeros",
    "vmware esxi server httpd": "vmware-esxi",
    "vmware esxi soap api": "vmware-esxi",
}
_PREFIX = {"vmware-esxi": "esxi:", "sql-server": "mssql:"}
_OF_THE_VENDOR = {"routeros", "vmware-esxi", "sql-server"}  # nobody else mends these


@check(
    title="A network service is past its end",
    catalogue=("UPD-NET-002",),
    severity=Severity.HIGH,
    effort=Effort.HALF_DAY,
    expected="No service on the network says that it is a version for which no fixes are made any more.",
    action="Update or replace services that are past their end",
    remedy="Find out what runs there, and bring it to a supported version (its package, container image or the update "
    "page of the device). Nobody needs it: switch it off.\n"
    "Does your Linux distribution still mend it? Then give nis2scan a login for that machine: it sees what is really "
    "installed.\n"
    "Check: scan again; the service names a newer version or is gone.",
    limits="Rests on what services say of themselves (port data by the Nmap Security Scanner, https://nmap.org), "
    "which may be wrong or hidden; so it never passes. Knows the end of a dozen programs, not single flaws. Linux "
    "distributions mend old versions without changing the number.",
)
def network_services(
    services: ServiceVersions, doors: Doors, inside: Maybe[System], table: Dataset[Eol], now: Now
) -> Judged:
    """A service that nobody mends any more can be entered by flaws that everybody can read about."""
    if services.state == "guarded":
        raise CannotTell(Reason.LEFT_ALONE, say("a device of this kind might act on it"))
    judged: dict[str, Part] = {}
    for port, service in sorted(services.ports.items()):
        for name, product, version in _programs(service):
            verdict = _judged(table, service, product, version, now.date())
            # Where somebody looked inside, what is installed tells whether a distribution mends it still.
            if verdict is not None and not (inside.value and verdict.outcome is Outcome.WARN):
                judged[f"port {port} {name}"] = verdict
    if services.state == "cut":
        judged["more"] = Unknown(Reason.TIMEOUT, say("not all services answered in time"))
    if judged:
        return judged
    if inside.value is not None:
        raise Absent(say("somebody could look inside: what is installed tells more than what a service says"))
    if services.state == "nothing" and not doors.open and not doors.silent:
        raise Absent(say("every port that was tried is closed"))
    raise CannotTell(Reason.NO_CREDENTIAL, say("no service says that it is past its end; only a login can tell more"))


_RANGE = re.compile(r"\bor (later|newer|earlier)\b| - |\d\.[xX]\b|[<>]")


def _programs(service: Service) -> Iterator[tuple[str, str, str]]:
    """Each program that a service names, the name of its product in the table, and its version."""
    name, version = service.product, service.version.removeprefix("5.5.5-")  # MariaDB, to old clients
    if _RANGE.search(version):  # `9.6.0 or later`, `4.X - 6.X`: nmap knows no more, so it may be the newest
        version = ""
    if product := _PRODUCTS.get(name.lower()):
        if found := re.match(r"v?(\d+(?:\.\d+)+)", version):
            yield name, product, found[1]
    elif name.startswith("Microsoft SQL Server") and (found := re.match(r"(\d+)\.(\d+)\.(\d+)", version)):
        yield name, "sql-server", ".".join(str(int(part)) for part in found.groups())
    if php := re.search(r"\bPHP/(\d+(?:\.\d+)+)", service.more):
        yield "PHP", "php", php[1]


def _judged(table: Dataset[Eol], service: Service, product: str, version: str, today: date) -> Verdict | None:
    """None: not known to be past its end, which is no proof of anything."""
    rows = rows_of_version(table.rows, product, _PREFIX.get(product, "") + version) or _next(table, product, version)
    if not rows or not all(row.ended(today) for row in rows):
        return None
    days = [row.security_until for row in rows if row.security_until is not None]
    name = f"{service.product if product != 'php' else 'PHP'} {version}"
    found = (
        say("{name}: security fixes stopped on {day} or before", name=name, day=max(days))
        if days
        else say("{name}: support has ended", name=name)
    )
    on_windows = re.search(r"\bWin(32|64)\b", service.more)
    if product in _OF_THE_VENDOR or on_windows:
        return bad(found, confidence=Confidence.DERIVED)
    return warn(say("{found}, unless your distribution mends it still", found=found), confidence=Confidence.DERIVED)


def _next(table: Dataset[Eol], product: str, version: str) -> tuple[Eol, ...]:
    """The next higher version in the table, for one that is older than the table: it has ended if that one has."""
    higher = [
        (parts, row)
        for row in table.rows
        if row.product == product
        for text in row.match.split("|")
        if (parts := _parts(text.removeprefix(_PREFIX.get(product, "")))) > _parts(version)
    ]
    return (min(higher, key=lambda pair: pair[0])[1],) if higher else ()


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())
