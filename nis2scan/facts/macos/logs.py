"""What a Mac keeps and sends of its security events: the old audit trail, and agents of other makers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Maybe, Message, Reason, Root, Unknown, derives, reads, say, shell
from nis2scan.facts.macos.running import MacRunning, MacServices

# Only two of its settings are told. The file belongs to root, who alone may read it.
TRAIL = shell(
    """f=/etc/security/audit_control
if [ -e "$f" ]; then
  while read -r l || [ -n "$l" ]; do
    case $l in expire-after:*|flags:*) printf '%s\\n' "$l" ;; esac
  done < "$f" || exit 1
  echo file=there
else
  ls -d /etc/security/. >/dev/null || exit 1
  echo file=absent
fi
echo ==end""",
    runs=("ls",),
    root=Root.REQUIRED,
    platforms=("macos",),
    seconds=3,
    cap=8192,
)

AGENTS = {
    "wdavdaemon": "Microsoft Defender for Endpoint",
    "wdavdaemon_enterprise": "Microsoft Defender for Endpoint",
    "com.crowdstrike.falcon.Agent": "CrowdStrike Falcon",
    "falcond": "CrowdStrike Falcon",
    "sentineld": "SentinelOne",
    "SophosScanD": "Sophos",
    "SophosServiceManager": "Sophos",
    "JamfProtect": "Jamf Protect",
    "HuntressAgent": "Huntress",
    "wazuh-agentd": "Wazuh",
    "elastic-agent": "Elastic Agent",
    "elastic-endpoint": "Elastic Defend",
    "filebeat": "Filebeat",
    "splunkd": "Splunk",
    "fluent-bit": "Fluent Bit",
    "nxlog": "NXLog",
}
"""Names of programs that send security events of a Mac to another place."""
PERHAPS = {"osqueryd": "osquery", "alloy": "Grafana Alloy", "vector": "Vector"}

_DAEMON = "com.apple.auditd"
_DAYS = {"s": 1 / 86400, "h": 1 / 24, "d": 1, "y": 365}


@dataclass(frozen=True)
class AuditTrail(Fact):
    """there: it was set up. days: how long its files are kept; None when only their size counts, or nothing does.
    by_size: their size may end them sooner.
    """

    there: bool
    days: float | None
    by_size: bool


@dataclass(frozen=True)
class MacLogAgents(Fact):
    """Programs that run and send events elsewhere, and those that may."""

    sure: tuple[str, ...]
    perhaps: tuple[str, ...]


@dataclass(frozen=True)
class KeptTrail(Fact):
    """The audit trail and whether anything writes it, never missing. on, trail: None when not read, and then `why`."""

    on: bool | None
    trail: AuditTrail | None
    why: Unknown


@reads(TRAIL)
def audit_trail(answer: Answer) -> AuditTrail:
    """`expire-after:60d OR 5G`: with OR the first that is reached ends it, with AND both must be."""
    lines = answer.lines
    if not lines or lines[-1] != "==end" or not {"file=there", "file=absent"} & set(lines):
        raise CannotTell(Reason.TRUNCATED, say("the answer has no end"))
    rule = next((line.partition(":")[2] for line in lines if line.startswith("expire-after:")), "")
    times = re.findall(r"(\d+)\s*([shdy])\b", rule)
    sizes = re.findall(r"\d+\s*[BKMG]\b", rule)
    if rule.strip() and not times and not sizes:
        raise CannotTell(Reason.PARSE_ERROR, rule.strip()[:60])
    days = min((int(count) * _DAYS[unit] for count, unit in times), default=None)
    both = bool(re.search(r"\bAND\b", rule, re.I))
    return AuditTrail("file=there" in lines, days, bool(sizes) and not (times and both))


@derives
def mac_log_agents(running: MacRunning) -> MacLogAgents:
    names = running.names
    sure = {shown for name, shown in AGENTS.items() if name in names}
    return MacLogAgents(tuple(sorted(sure)), tuple(sorted(shown for name, shown in PERHAPS.items() if name in names)))


@derives
def kept_trail(services: Maybe[MacServices], trail: Maybe[AuditTrail]) -> KeptTrail:
    on = None
    if services.value is not None and _DAEMON not in services.value.unknown:
        on = _DAEMON in services.value.on
    return KeptTrail(on, trail.value, _unknown(services.why if on is None else trail.why))


def _unknown(why: Exception | None) -> Unknown:
    if not isinstance(why, CannotTell):
        return Unknown(Reason.PARSE_ERROR)
    return Unknown(why.reason, why.detail if isinstance(why.detail, (str, Message)) else str(why.detail))
