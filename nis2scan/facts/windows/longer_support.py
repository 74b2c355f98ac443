"""Whether the longer, paid support of Windows (ESU) is in force on this machine."""

from __future__ import annotations

from typing import Any

from nis2scan.api import Answer, CannotTell, powershell, reads
from nis2scan.facts.support import LongerInForce
from nis2scan.facts.windows.values import number, rows, sub, table, text

_LICENSED = 1
_FIRST_PAID = {"19045": 6575}
"""The first revision of a build that was handed out with this support only: of Windows 10 that of November 2025."""

# The list of licences is slow, so only releases that have such support are asked for theirs.
ESU = powershell(
    r"""# esu
$version = Read-Values 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion' 'CurrentBuild' 'UBR'
$asked = "$($version.CurrentBuild)" -in '19045', '14393', '9600', '9200'
$licences = @()
if ($asked) {
  try { $licences = Read-Instances 'root/cimv2' 'SoftwareLicensingProduct' @('LicenseStatus') "Name LIKE '%ESU%' AND PartialProductKey IS NOT NULL" } catch { $licences = $null }
}
[ordered]@{
  asked = $asked
  version = $version
  cloud = Read-Values 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform\ESU' 'Win10CommercialW365ESUEligible'
  licences = $licences
}""",
    seconds=25,
)


@reads(ESU)
def longer_in_force(answer: Answer) -> LongerInForce:
    """Only softens, so it is never missing: what could not be read is neither yes nor no."""
    try:
        return LongerInForce(None, esu=_in_force(table(answer)))
    except CannotTell:
        return LongerInForce(None, esu=None)


def _in_force(made: dict[str, Any]) -> bool | None:
    if number((sub(made, "cloud") or {}).get("Win10CommercialW365ESUEligible")) == 1:
        return True
    version = sub(made, "version") or {}
    first, revision = _FIRST_PAID.get(text(version.get("CurrentBuild"))), number(version.get("UBR"))
    if first is not None and revision is not None and revision >= first:
        return True
    if made.get("asked") is not True or made.get("licences") is None:
        return None
    return any(number(row.get("LicenseStatus")) == _LICENSED for row in rows(made, "licences"))
