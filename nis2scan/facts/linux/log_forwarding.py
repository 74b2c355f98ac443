"""Whether logs also go to another machine: the rules of the log daemons, and agents that run."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Maybe, Reason, Root, derives, reads, say, shell
from nis2scan.facts.linux.log_selectors import takes_logons, unfiltered
from nis2scan.facts.linux.services import Processes
from nis2scan.facts.log_forwarding import LogForwarding, LogsElsewhere, Target


@dataclass(frozen=True)
class ForwardingRules(Fact):
    """Every forwarding rule that is written down, whether or not its daemon runs."""

    targets: tuple[Target, ...]


AGENTS = {
    "wazuh-agentd": "Wazuh",
    "ossec-agentd": "OSSEC",
    "elastic-agent": "Elastic Agent",
    "filebeat": "Filebeat",
    "journalbeat": "Journalbeat",
    "promtail": "Promtail",
    "fluent-bit": "Fluent Bit",
    "fluentd": "Fluentd",
    "td-agent": "Fluentd",
    "splunkd": "Splunk",
    "nxlog": "NXLog",
    "mdsd": "Azure Monitor Agent",
    "amacoreagent": "Azure Monitor Agent",
    "falcon-sensor": "CrowdStrike Falcon",
    "wdavdaemon": "Microsoft Defender for Endpoint",
    "s1-agent": "SentinelOne",
    "graylog-sidecar": "Graylog Sidecar",
}
"""Process names, as the kernel keeps them up to 15 characters, of what sends logs or events to another machine."""

_PERHAPS = {"alloy": "Grafana Alloy", "grafana-agent": "Grafana Agent", "vector": "Vector", "osqueryd": "osquery"}
"""These often send only figures, or (osquery, by default) write to a file of the machine itself."""

# Comments are dropped and values of passwords blanked before anything is sent.
RULES = shell(
    """printf 'me='; uname -n
command -v ip >/dev/null && ip -o addr | while read -r i d f a r; do printf 'me=%s\\n' "${a%/*}"; done
[ -L /run/systemd/units/invocation:systemd-journal-upload.service ] && echo upload=running
for f in /etc/rsyslog.conf /etc/rsyslog.d/*.conf /etc/syslog-ng/syslog-ng.conf /etc/syslog-ng/conf.d/*.conf \\
    /etc/systemd/journal-upload.conf /etc/systemd/journal-upload.conf.d/*.conf; do
  [ -f "$f" ] || continue
  printf '==%s\\n' "$f"
  [ -r "$f" ] || { echo '=unreadable'; continue; }
  sed -E -e 's/(^|[^\\\\])#.*/\\1/' -e 's#//[^/ "@]*@#//#g' \\
    -e 's/([A-Za-z_.]*([Pp][Ww][Dd]|[Pp]ass|[Ss]ecret|[Tt]oken|[Kk]ey)[A-Za-z_.]*[ =(]+)("[^"]*"|[^ )]*)/\\1-/g' \\
    -e 's/(:om(mysql|pgsql|libdbi):).*/\\1-/' -e 's/([Aa]uthorization: *)[^"]*/\\1-/g' \\
    -e '/^[[:space:]]*$/d' -e 's/^=/ =/' "$f"
done
for p in /proc/[0-9]*; do
  { read -r c < "$p/comm"; } 2>/dev/null || continue
  case $c in syslogd|busybox)
    tr '\\000' ' ' < "$p/cmdline" | sed -n 's/^[^ ]*syslogd .*-R *\\([^ ]*\\).*/syslogd=\\1/p' ;;
  esac
done
echo ==end""",
    runs=("uname", "ip", "sed", "tr"),
    needs=("sed",),
    root=Root.PREFERRED,
    seconds=4,
    cap=262144,
)


@reads(RULES)
def forwarding_rules(answer: Answer) -> ForwardingRules:
    """A settings file that was not read may hold the rule: then only a rule that was seen tells."""
    files, own, loose = _files(answer)
    found, unseen = [], False
    rsyslog, syslog_ng = (_together(files, name) for name in ("rsyslog", "syslog-ng"))
    for path, text in files.items():
        unseen = unseen or text.startswith("=unreadable")
        if "rsyslog" in path:
            found += _rsyslog(text, rsyslog)
            unseen = unseen or _includes_elsewhere(text, "rsyslog.d")
        elif "upload=running" in loose:
            found += [Target(host, "systemd-journal-upload") for host in _URL.findall(text)]
    found += _syslog_ng(syslog_ng)
    for line in loose:
        if line.startswith("syslogd="):
            found.append(Target(_host(line.removeprefix("syslogd=")), "syslogd", sure=False))
    targets = tuple(target for target in found if _elsewhere(target.host, own))
    if unseen and not targets:
        raise CannotTell(Reason.NO_PRIVILEGE, say("not all settings of the log daemons could be read"))
    return ForwardingRules(targets)


@derives
def log_forwarding(rules: Maybe[ForwardingRules], processes: Processes) -> LogForwarding:
    """An agent that runs is enough. Rules of a daemon that does not run send nothing."""
    agents = tuple(sorted({AGENTS[name] for name in AGENTS if processes.runs(name)}))
    if rules.value is not None:
        running = [target for target in rules.value.targets if _runs(target.daemon, processes)]
        perhaps = tuple(sorted(shown for name, shown in _PERHAPS.items() if processes.runs(name)))
        return LogForwarding(tuple(running), agents, perhaps)
    if agents:
        return LogForwarding((), agents)
    raise rules.why or CannotTell(Reason.NOT_ASKED)


@derives
def logs_elsewhere(forwarding: Maybe[LogForwarding]) -> LogsElsewhere:
    """Takes LogForwarding as it comes: a pass on our own history must not hang on it."""
    return LogsElsewhere(forwarding.value.leaves if forwarding.value is not None else None)


def _runs(daemon: str, processes: Processes) -> bool:
    """journal-upload shares its first 15 characters with journald; that it runs was read with its rule."""
    return daemon == "systemd-journal-upload" or processes.runs(daemon)


_URL = re.compile(r"^\s*URL\s*=\s*(?:https?://)?(\[[^\]]+\]|[^:/\s]+)", re.M)


def _files(answer: Answer) -> tuple[dict[str, str], set[str], list[str]]:
    """The settings by path, our own names and addresses, and the lines that belong to no file."""
    files: dict[str, list[str]] = {}
    loose: list[str] = []
    own: set[str] = set()
    here = loose
    for line in answer.lines:
        if line.startswith("=="):
            here = files.setdefault(line[2:], [])
        elif line.startswith("syslogd="):
            loose.append(line)
        elif here is loose and line.startswith("me="):
            own.add(line[3:].lower())
        else:
            here.append(line)
    if not own or files.pop("end", None) is None:
        raise CannotTell(Reason.PARSE_ERROR, say("the settings of the log daemons came in part"))
    return {path: "\n".join(lines) for path, lines in files.items()}, own, loose


def _together(files: dict[str, str], daemon: str) -> str:
    """Its settings in one: what stands in one file may be used in another."""
    return "\n".join(text for path, text in files.items() if daemon in path)


def _host(target: str) -> str:
    """`[2001:db8::1]:514`, `host:514` or `host` without its port."""
    if target.startswith("["):
        return target[1:].partition("]")[0]
    return target if target.count(":") > 1 else target.partition(":")[0]


def _elsewhere(host: str, own: set[str]) -> bool:
    """A target on this machine itself is a local agent or a loop, never another system."""
    name = host.strip().lower().strip("[]").rstrip(".")
    if not name or name in own or name.split(".")[0] in ("localhost", "localhost4", "localhost6", "ip6-localhost"):
        return False
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name not in {mine.split(".")[0] for mine in own}
    return not address.is_loopback and not address.is_unspecified


_LEGACY = re.compile(r"^(?P<what>[^\n]*?)[ \t]+(?P<at>@@?)(?:\([^)\n]*\))?(?P<host>\[[^\]]+\]|[\w.:-]+)", re.M)
_RELP = re.compile(r"^(?P<what>[^\n]*?)[ \t]:omrelp:(?P<host>\[[^\]]+\]|[\w.-]+)", re.M)
_ACTION = re.compile(r"\baction\s{0,9}\((?P<body>(?:[^()\"]|\"[^\"]*\"){0,2000})\)", re.I)
_MANY = 50  # nobody has more rules that send; each is looked at with all that stands above it
_SETTING = re.compile(r"(\w[\w.]*)\s*=\s*\"([^\"]*)\"")


def _rsyslog(text: str, whole: str) -> list[Target]:
    """Legacy `selector @host`, `@@host`, `:omrelp:host`, and RainerScript actions over any number of lines."""
    ended = text.rfind("*/") + 2  # where no comment ends, none is looked for: a hostile text would take for ever
    text = re.sub(r"(?<![\w.}])/\*.*?\*/", "", text[:ended], flags=re.S) + text[ended:]
    text = re.sub(r"[ \t]+", " ", text)
    found: list[Target] = []
    last = 0
    for match in _ACTION.finditer(text):
        start = max(last, text.rfind("\n", last, match.start()) + 1)
        last = match.end()
        settings = {name.lower(): value for name, value in _SETTING.findall(match["body"])}
        if settings.get("type", "").lower() in ("omfwd", "omrelp", "omgssapi") and "target" in settings:
            udp = settings["type"].lower() == "omfwd" and settings.get("protocol", "udp").lower() == "udp"
            takes = len(found) < _MANY and takes_logons(text[:start], text[start : match.start()], whole)
            found.append(Target(_host(settings["target"]), "rsyslogd", takes, not udp))
    rest = _ACTION.sub("ACTION", text)
    for match in (*_LEGACY.finditer(rest), *_RELP.finditer(rest)):
        if match["what"].count('"') % 2 == 0:  # else it stands within a text
            takes = len(found) < _MANY and takes_logons(rest[: match.start()], match["what"], whole)
            found.append(Target(_host(match["host"]), "rsyslogd", takes, match.groupdict().get("at") != "@"))
    return found


def _includes_elsewhere(text: str, usual: str) -> bool:
    named = re.findall(r"^\s*\$IncludeConfig\s+(\S+)|include\s*\(\s*file\s*=\s*\"([^\"]+)\"", text, re.M | re.I)
    return any(usual not in first + second for first, second in named)


_NG_BLOCK = re.compile(r"\bdestination\s+(?P<name>[\w.\"-]+)\s*\{(?P<body>.{0,4000}?)\}\s*;", re.S)
_NG_INLINE = re.compile(r"\bdestination\s*\{(?P<body>.{0,4000}?)\}\s*;", re.S)
_NG_SEND = re.compile(r"\b(?P<how>network|syslog|tcp6?|udp6?)\s*\(\s*\"?(?P<host>[A-Za-z0-9.:_-]+)\"?(?P<rest>[^;]*)")


def _syslog_ng(text: str) -> list[Target]:
    """Destinations that a log path uses; one that is only defined sends nothing."""
    used = {name.strip('"') for name in re.findall(r"\bdestination\s*\(\s*([\w.\"-]+)\s*\)", text)}
    paths, free = unfiltered(text)
    named = [(match["name"].strip('"'), match["body"]) for match in _NG_BLOCK.finditer(text)]
    bodies = [(body, name in free) for name, body in named if name in used]
    bodies += [(match["body"], match["body"] in paths) for match in _NG_INLINE.finditer(text)]
    found = []
    for body, takes in bodies:
        for match in _NG_SEND.finditer(body):
            udp = match["how"].startswith("udp") or bool(re.search(r"transport\s*\(\s*\"?udp", match["rest"]))
            found.append(Target(match["host"], "syslog-ng", takes, sure=not udp))
    return found
