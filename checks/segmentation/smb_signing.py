"""SEG-WIN-002."""

from __future__ import annotations

from nis2scan.api import Confidence, Effort, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.windows.smb import FileSharing


@check(
    title="Windows file sharing is old or unsigned",
    catalogue=("SEG-WIN-002",),
    severity=Severity.HIGH,
    effort=Effort.HOUR,
    expected="SMB 2 or 3 only, every session signed, and no server is trusted that asks for no password.",
    action="Modernise the file sharing of Windows",
    remedy="First see who still needs the old protocol: `Set-SmbServerConfiguration -AuditSmb1Access $true`, and after "
    "a week event 3000 in the log Microsoft-Windows-SMBServer/Audit. Old printers that scan to a folder, and old "
    "recorders of cameras, often do: renew their firmware, or let them mail.\n"
    "Then `Set-SmbServerConfiguration -EnableSMB1Protocol $false -RequireSecuritySignature $true`, "
    "`Disable-WindowsOptionalFeature -Online -FeatureName SMB1Protocol`, and "
    "`Set-SmbClientConfiguration -EnableInsecureGuestLogons $false`.\n"
    "Check: `Get-SmbServerConfiguration` shows EnableSMB1Protocol False and RequireSecuritySignature True.",
    limits="Sees the settings of the machine, and what it answered on the network where that was looked at. Without "
    "administrator rights only what is written in the registry; which Windows accepts guests where nobody decided is "
    "taken from its documentation. Whether signing is asked of other servers is not judged.",
    key=True,
)
def smb_signing(sharing: FileSharing) -> Verdict:
    """Ransomware such as WannaCry spread over the first SMB in minutes. Where sessions are not signed, a stranger in
    the network can pass on somebody's login and enter as him.
    """
    runs = sharing.server is not False
    if sharing.wire_smb1:
        return bad(say("SMB 1 was answered on the network"))
    if runs and sharing.smb1:
        return bad(say("the server accepts SMB 1"))
    sure = Confidence.MEASURED if sharing.guests_sure else Confidence.DERIVED
    if sharing.guests:
        return bad(say("it connects to servers that ask for no password (insecure guest logons)"), confidence=sure)
    if sharing.guests is None or (runs and (sharing.smb1 is None or sharing.signed is None)):
        raise sharing.why
    if runs and (sharing.wire_unsigned or not sharing.signed):
        if sharing.controller:
            return bad(say("this is a domain controller, and sessions need not be signed"))
        return warn(say("sessions need not be signed"))
    if sharing.client_smb1:
        return warn(say("it can still connect to others by SMB 1"))
    if not runs:
        return ok(say("it shares no files: the server of Windows is off"), confidence=sure)
    if sharing.server is None:
        raise sharing.why
    return ok(say("SMB 2 or 3, every session signed, no guests"), confidence=sure)
