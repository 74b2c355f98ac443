"""Which events Windows writes to the Security log: the audit policy that is in force, by GUID and never by name.

auditpol prints the setting in the language of the system, and nothing else tells it without writing a file. Texts are
known for five languages. In a language that is known, any other text is the one for "no auditing".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, Root, powershell, reads, say
from nis2scan.facts.windows.values import number, table

_SUFFIX = "-69AE-11D9-BED3-505054503030"
LOGON, SPECIAL, LOCKOUT = "0CCE9215", "0CCE921B", "0CCE9217"
ACCOUNTS, GROUPS, POLICY = "0CCE9235", "0CCE9237", "0CCE922F"
CREDENTIALS, KERBEROS, DIRECTORY = "0CCE923F", "0CCE9242", "0CCE923C"

# success, failure, both: as auditpol prints them in English, Dutch, German, French and Italian.
_LANGUAGES = (
    ("success", "failure", "success and failure"),
    ("geslaagd", "mislukt", "geslaagd en mislukt"),
    ("erfolg", "fehler", "erfolg und fehler"),
    ("succès", "échec", "succès et échec"),
    ("operazione riuscita", "errore", "esito positivo e negativo"),
)


@dataclass(frozen=True)
class AuditPolicy(Fact):
    """By the first part of a subcategory's GUID: what is written, `success` and `failure`.

    unknown: subcategories whose setting is in a language that is not known.
    """

    writes: dict[str, frozenset[str]]
    unknown: frozenset[str]


AUDIT_POLICY = powershell(
    r"""# audit-policy
$made = Read-Program 'auditpol.exe' '/get' '/category:*' '/r'
$items = @($made.lines | ForEach-Object { if ($_ -match '\{[0-9A-Fa-f-]{36}\},[^,]*') { $Matches[0] } })
[ordered]@{ code = $made.code; items = $items }""",
    runs=("auditpol.exe",),
    root=Root.REQUIRED,
    seconds=6,
)


@reads(AUDIT_POLICY)
def audit_policy(answer: Answer) -> AuditPolicy:
    """The sixth column in force; rows of single users are not in it."""
    made = table(answer)
    if number(made.get("code")) != 0:
        raise CannotTell(Reason.NO_PRIVILEGE, say("auditpol was not allowed to tell the audit policy"))
    items = made.get("items")
    settings = dict(_row(item) for item in items) if isinstance(items, list) else {}
    settings.pop("", None)
    if LOGON not in settings:
        raise CannotTell(Reason.PARSE_ERROR, say("the audit policy was not told whole"))
    words = next((words for words in _LANGUAGES if any(said in words for said in settings.values())), None)
    if words is None:
        return AuditPolicy({}, frozenset(settings))
    success, failure, both = words
    meaning = {
        success: frozenset({"success"}),
        failure: frozenset({"failure"}),
        both: frozenset({"success", "failure"}),
    }
    return AuditPolicy({guid: meaning.get(said, frozenset()) for guid, said in settings.items()}, frozenset())


def _row(item: object) -> tuple[str, str]:
    """`{0CCE9215-…},Success` → its first part and the setting, without capitals."""
    found = re.fullmatch(r"\{([0-9A-Fa-f]{8})(-[0-9A-Fa-f-]{27})\},(.*)", item) if isinstance(item, str) else None
    if found is None or found[2].upper() != _SUFFIX or not found[3].strip():
        return "", ""
    return found[1].upper(), found[3].strip().lower()
