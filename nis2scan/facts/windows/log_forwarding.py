"""Whether the events of a Windows machine also go elsewhere: event forwarding, and log or detection agents."""

from __future__ import annotations

import re

from nis2scan.api import Answer, powershell, reads
from nis2scan.facts.log_forwarding import LogForwarding
from nis2scan.facts.windows.services import SERVICE_KEYS, SERVICES, Services, services
from nis2scan.facts.windows.values import sub, table

# Names of services, without capitals. After the documentation of the makers; few were seen on a machine.
AGENTS = {
    "wazuhsvc": "Wazuh",
    "ossecsvc": "OSSEC",
    "elastic agent": "Elastic Agent",
    "winlogbeat": "Winlogbeat",
    "filebeat": "Filebeat",
    "nxlog": "NXLog",
    "splunkforwarder": "Splunk",
    "fluent-bit": "Fluent Bit",
    "fluentdwinsvc": "Fluentd",
    "graylog-sidecar": "Graylog Sidecar",
    "sense": "Microsoft Defender for Endpoint",
    "csfalconservice": "CrowdStrike Falcon",
    "sentinelagent": "SentinelOne",
    "huntressagent": "Huntress",
    "ir_agent": "Rapid7 InsightIDR",
    "healthservice": "Microsoft Monitoring Agent",
    "azuremonitoragent": "Azure Monitor Agent",
}

FORWARDING = powershell(
    r"""# event-forwarding
[ordered]@{ managers = Read-Values 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\EventLog\EventForwarding\SubscriptionManager' '1' '2' '3' '4' '5' }""",
    seconds=2,
)


@reads(FORWARDING, SERVICES, SERVICE_KEYS)
def log_forwarding(managers: Answer, states: Answer, keys: Answer) -> LogForwarding:
    """What a collector of Windows takes is decided there, so forwarding counts like an agent. An agent must run."""
    servers = [value for value in (sub(table(managers), "managers") or {}).values() if isinstance(value, str)]
    hosts = sorted({found[1] for value in servers if (found := re.search(r"Server=https?://([^:/,\s]+)", value, re.I))})
    known = services.read(states, keys)
    assert isinstance(known, Services)  # noqa: S101 the reader of services makes it
    agents = [f"Windows Event Forwarding ({host})" for host in hosts]
    perhaps = []
    for name, shown in AGENTS.items():
        service = known.get(name)
        if service is None:
            continue
        if service.running:
            agents.append(shown)
        elif service.running is None and service.start == "auto":
            perhaps.append(shown)
    return LogForwarding((), tuple(agents), tuple(perhaps))
