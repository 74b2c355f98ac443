"""The words of a report in plain language: one place for every code that a person may see. English sources; pure.

Look a code up and show it through `Language.source`: `language.source(OUTCOMES[finding.outcome])`.
"""

from __future__ import annotations

import re

from nis2scan.assessment import State
from nis2scan.errors import Reason
from nis2scan.language import Language
from nis2scan.model import Confidence, Effort, Measure, Message, Outcome, Severity, Status


def _(text: str) -> str:
    """Marks a sentence for translators."""
    return text


OUTCOMES = {
    Outcome.PASS: _("in order"),
    Outcome.WARN: _("attention"),
    Outcome.FAIL: _("insufficient"),
    Outcome.NOT_APPLICABLE: _("not applicable"),
    Outcome.NOT_ASSESSED: _("not looked at"),
}

STATES = {
    State.FAIL: _("insufficient"),
    State.WARN: _("attention"),
    State.INCOMPLETE: _("incomplete"),
    State.OK: _("in order"),
}

SEVERITIES = {
    Severity.LOW: _("low"),
    Severity.MEDIUM: _("medium"),
    Severity.HIGH: _("high"),
    Severity.CRITICAL: _("critical"),
}

EFFORTS = {
    Effort.MINUTES: _("a few minutes"),
    Effort.HOUR: _("about an hour"),
    Effort.HALF_DAY: _("about half a day"),
    Effort.DAYS: _("several days"),
}

CONFIDENCES = {
    Confidence.MEASURED: _("measured"),
    Confidence.DERIVED: _("derived"),
    Confidence.ATTESTED: _("on somebody's word"),
}

# The short names head a row; the full names are the measures as the NCSC words them.
MEASURES = {
    Measure.LOGGING: _("Keeping logs"),
    Measure.MFA: _("Multi-factor sign-in (MFA)"),
    Measure.ACCESS: _("Who has access"),
    Measure.SEGMENTATION: _("Network in zones"),
    Measure.ENCRYPTION: _("Encrypting storage"),
    Measure.EXPOSURE: _("Reachable from the internet"),
    Measure.BACKUP: _("Making and testing back-ups"),
    Measure.UPDATES: _("Installing updates"),
    Measure.ORGANISATION: _("Organisation"),
}

FULL_MEASURES = {
    Measure.LOGGING: _("Make sure every application and system produces enough log data"),
    Measure.MFA: _("Use multi-factor authentication where needed"),
    Measure.ACCESS: _("Decide who has access to your data and services"),
    Measure.SEGMENTATION: _("Segment networks"),
    Measure.ENCRYPTION: _("Encrypt storage media with sensitive business data"),
    Measure.EXPOSURE: _("Check what can be reached from the internet, and protect it"),
    Measure.BACKUP: _("Back up systems regularly and test the back-ups"),
    Measure.UPDATES: _("Install software updates"),
    Measure.ORGANISATION: _("What only people can tell: agreements, duties and plans"),
}

REASONS = {
    Reason.NOT_ASKED: _("was not asked"),
    Reason.NOTHING_TO_JUDGE: _("nothing found that could be judged"),
    Reason.UNANSWERED: _("a question to a person is still open"),
    Reason.NO_CREDENTIAL: _("no login was given"),
    Reason.AUTH_FAILED: _("the login was refused"),
    Reason.UNREACHABLE: _("does not answer"),
    Reason.HOST_KEY: _("the identity of the machine could not be confirmed"),
    Reason.NO_PRIVILEGE: _("the login may not see this"),
    Reason.TOOL_MISSING: _("the program that could tell is not there"),
    Reason.TIMEOUT: _("took too long"),
    Reason.TRUNCATED: _("the answer was cut short"),
    Reason.PARSE_ERROR: _("the answer could not be read"),
    Reason.STALE_DATA: _("what was measured is too old"),
    Reason.UNSUPPORTED_PLATFORM: _("this kind of system cannot be looked into yet"),
    Reason.LOCALE_UNSUPPORTED: _("the language of the system is not known"),
    Reason.CONSTRAINED_LANGUAGE: _("PowerShell is restricted on this machine"),
    Reason.BLOCKED_BY_POLICY: _("a policy of the office forbids the question"),
    Reason.NO_LICENCE: _("the licence does not show this"),
    Reason.OUT_OF_VANTAGE: _("cannot be seen from this place"),
    Reason.LEFT_ALONE: _("left alone, so that it does not act"),
    Reason.DATASET_STALE: _("the reference data is missing or too old"),
    Reason.DISABLED_BY_USER: _("was switched off in the settings"),
    Reason.BUG: _("nis2scan failed here: please report it"),
}

STATUSES = {
    Status.OK: _("answered"),
    Status.MISSING: _("program missing"),
    Status.DENIED: _("refused"),
    Status.TIMEOUT: _("took too long"),
    Status.TRUNCATED: _("cut short"),
    Status.ERROR: _("failed"),
    Status.CONSTRAINED: _("restricted language"),
    Status.UNASKED: _("not asked"),
}

# What kind of thing an asset is; a kind that is not listed is shown as it is.
KINDS = {
    "linux": _("Linux computer"),
    "windows": _("Windows computer"),
    "macos": _("Mac"),
    "device": _("device"),
    "cloud": _("cloud service"),
    "nas": _("network storage (NAS)"),
    "router": _("router"),
    "network": _("switch or access point"),
    "printer": _("printer"),
    "camera": _("camera"),
    "phone": _("telephone"),
    "iot": _("smart device"),
    "hypervisor": _("host of virtual machines"),
    "controller": _("controller of machines or a building"),
    "workstation": _("PC"),
    "server": _("server"),
    "unknown": _("unknown device"),
}


def kind(name: str) -> Message:
    """The word for a kind of device, inside another sentence."""
    return Message(KINDS.get(name, "").replace("{", "") or name.replace("{", "").replace("}", ""))


# How somebody looked into a machine; "network" and nothing are no look inside.
VANTAGES = {
    "local": _("from the machine itself"),
    "ssh": _("over SSH"),
    "winrm": _("over WinRM"),
    "file": _("delivered by file"),
}


def how_looked(language: Language, vantage: str, days: int) -> str:
    """How it was looked at, for a file with its age: "delivered by file, 12 days old". "" when nobody looked inside."""
    if vantage not in VANTAGES:
        return ""
    how = language.source(VANTAGES[vantage])
    return f"{how}, {age(language, days)}" if vantage == "file" else how


def age(language: Language, days: int) -> str:
    """How old an answer is."""
    return language.plural("{count} day old", "{count} days old", days) if days > 0 else language.source(_("of today"))


def how_known(language: Language, confidence: Confidence, by_file: bool = False) -> str:
    """How sure something is, and that what was seen came by file."""
    how = language.source(CONFIDENCES[confidence])
    seen = by_file and confidence is not Confidence.ATTESTED
    return f"{how}, {language.source(VANTAGES['file'])}" if seen else how


ANSWERS = {
    "": _("not answered yet"),
    "yes": _("yes"),
    "partly": _("partly"),
    "no": _("no"),
    "not_applicable": _("not applicable"),
    "unknown": _("unknown"),
}

# Control characters, and marks that turn the direction of text or cannot be seen.
_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffc\ud800-\udfff]"
)


def clean(text: str, limit: int = 0) -> str:
    """A host's string without control characters and direction marks, cut to `limit` characters with a mark.

    Whatever was taken out leaves a `�`, so that nobody is fooled by what is left. Line feed and tab stay.
    """
    text = _UNFIT.sub("�", text.replace("\r\n", "\n"))
    return text if not limit or len(text) <= limit else text[: max(0, limit - 2)] + " …"


def host_word(language: Language, host: str) -> str:
    """The name of a host, fit to be shown; findings about the office as a whole carry the host `office`."""
    return language.source(_("the office as a whole")) if host == "office" else clean(host, 80)
