"""ACC-NET-001."""

from __future__ import annotations

from nis2scan.api import Effort, Part, Reason, Severity, Unknown, Verdict, bad, check, ok, say
from nis2scan.facts.network.data_services import Access, DataServices, Service
from nis2scan.facts.network.offered import Offered


@check(
    title="A data service answers without a password",
    catalogue=("ACC-NET-001",),
    severity=Severity.CRITICAL,
    effort=Effort.HOUR,
    key=True,
    expected="Services that hold data ask everybody on the network for a password, or cannot be reached.",
    action="Ask a password at data services, or close them to the network",
    remedy="Redis: `requirepass` and `bind 127.0.0.1` in redis.conf. MongoDB: `security.authorization: enabled`.\n"
    "Elasticsearch: `xpack.security.enabled: true`. memcached: `-l 127.0.0.1`. Docker: close port 2375.\n"
    "MQTT: `allow_anonymous false` and a `password_file`. VNC: set a password, or reach it through SSH only.\n"
    "Check: scan again.",
    limits="Tries Redis, memcached, MongoDB, Elasticsearch, CouchDB, Docker, MQTT, rsync, VNC and X11 at their usual "
    "ports, from one place in the network. Behind TLS it does not look; weak passwords are not tried.",
)
def data_services(services: DataServices, offered: Offered) -> Verdict | dict[str, Part]:
    """Whoever is on the network, a guest or one infected PC, can take or erase what such a service holds."""
    ports = {service.port for service in services.all if service.port}
    there = [item for item in services.all if _there(item, offered)]
    parts = {_named(item): _part(item) for item in there}
    if not parts:
        offered.nothing(ports)
        return ok(say("none of {count} kinds of data services is offered", count=len(services.all)))
    if missed := offered.missed(ports - {item.port for item in there}):
        hidden = tuple(map(str, missed))
        parts["other ports"] = Unknown(Reason.OUT_OF_VANTAGE, say("no answer on port {ports}", ports=hidden))
    return parts


def _named(service: Service) -> str:
    return f"{service.name} {service.port}/tcp" if service.port else service.name


def _there(service: Service, offered: Offered) -> bool:
    """It opens, opened once, or nobody knows; a port that is known to be shut has no service."""
    return service.access not in (Access.SHUT, Access.HIDDEN) or service.port == 0 or service.port in offered.open


def _part(service: Service) -> Part:
    match service.access:
        case Access.EVERYBODY:
            return bad(say("it answers everybody, without a password"))
        case Access.ASKS:
            return ok(say("it refuses whoever gives no password"))
        case Access.GUARDED:
            return Unknown(Reason.LEFT_ALONE, say("a device of this kind might act on it"))
        case Access.UNCLEAR:
            return Unknown(Reason.OUT_OF_VANTAGE, say("it is open and does not say whether it asks for a password"))
    return Unknown(Reason.OUT_OF_VANTAGE, say("it was not heard"))
