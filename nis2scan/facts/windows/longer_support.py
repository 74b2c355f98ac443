"""Whether the longer, paid support of Windows (ESU) is in force on this machine."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from nis2scan.api import SESSION, Answer, CannotTell, powershell, reads
from nis2scan.facts.support import LongerInForce
from nis2scan.facts.windows.host_time import host_time
from nis2scan.facts.windows.servicing import SERVICING, MonthlyUpdate, monthly_update
from nis2scan.facts.windows.values import number, rows, sub, table, text

_LICENSED = 1
_FIRST_PAID = {"19045": 6575}
"""The first revision of a build that was handed out with this support only: of Windows 10 that of November 2025."""

_YEAR = re.compile(r"Client-ESU-Year(\d)", re.I)
_YEARS = {"1": date(2026, 10, 13), "2": date(2027, 10, 12), "3": date(2028, 10, 10)}
"""Bought by the year: the licence of a year that is over stays activated, and brings nothing any more."""

_WEEKS = 31
"""Days that the newest update may be missing before it shows nothing of today's support."""

# The list of licences is slow, so only releases that have such support are asked for theirs.
ESU = powershell(
    r"""# esu
$version = Read-Values 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion' 'CurrentBuild' 'UBR'
$asked = "$($version.CurrentBuild)" -in '19045', '14393', '9600', '9200'
$licences = @()
if ($asked) {
  try { $licences = Read-Instances 'root/cimv2' 'SoftwareLicensingProduct' @('Name', 'LicenseStatus') "Name LIKE '%ESU%' AND PartialProductKey IS NOT NULL" } catch { $licences = $null }
}
[ordered]@{
  asked = $asked
  version = $version
  cloud = Read-Values 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform\ESU' 'Win10CommercialW365ESUEligible'
  licences = $licences
}""",
    seconds=25,
)


@reads(ESU, SERVICING, SESSION)
def longer_in_force(answer: Answer, servicing: Answer, visit: Answer) -> LongerInForce:
    """Only softens, so it is never missing: what could not be read is neither yes nor no."""
    try:
        return LongerInForce(None, esu=_in_force(table(answer), servicing, visit))
    except CannotTell:
        return LongerInForce(None, esu=None)


def _in_force(made: dict[str, Any], servicing: Answer, visit: Answer) -> bool | None:
    """A licence, or an update of these weeks that comes with this support only: an older one may be of a past year."""
    if number((sub(made, "cloud") or {}).get("Win10CommercialW365ESUEligible")) == 1:
        return True
    licences = rows(made, "licences") if made.get("asked") is True and made.get("licences") is not None else None
    if any(_counts(row, visit) for row in licences or ()):
        return True
    version = sub(made, "version") or {}
    first, revision = _FIRST_PAID.get(text(version.get("CurrentBuild"))), number(version.get("UBR"))
    if first is not None and revision is not None and revision >= first:
        update = monthly_update.read(servicing, visit)
        assert isinstance(update, MonthlyUpdate)  # noqa: S101 the reader makes it
        if update.missed_days <= _WEEKS:
            return True
    return None if licences is None else False


def _counts(row: dict[str, Any], visit: Answer) -> bool:
    """Activated, and of a year that is not over."""
    if number(row.get("LicenseStatus")) != _LICENSED:
        return False
    found = _YEAR.search(text(row.get("Name")))
    return found is None or (found[1] in _YEARS and host_time(visit).date() <= _YEARS[found[1]])
