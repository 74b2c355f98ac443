"""What to prepare on Windows PCs and servers, so that a scan may look into them: printed by `nis2scan permissions`."""

from __future__ import annotations

from textwrap import fill

from nis2scan.cli.summary import WIDTH
from nis2scan.language import Language
from nis2scan.model import Message, say

# An address to stand for that of the machine that scans.
SCANNER = "192.168.178.5"

# Each step, and the lines to copy. {user} stands for the account.
_STEPS: tuple[tuple[Message, tuple[str, ...]], ...] = (
    (
        say("Without WinRM: each PC runs one read-only script, and its answer comes by file. Nothing is opened."),
        ("nis2scan collect-script windows --file nis2scan.ps1", "nis2scan add FOLDER"),
    ),
    (say("Over the network, for a domain. All settings are under Computer Configuration in one group policy."), ()),
    (
        say(
            "1. An account for the scan only, as member of the local Administrators of the PCs, never of Domain Admins:"
        ),
        (
            "New-ADUser {user} -AccountPassword (Read-Host -AsSecureString) -Enabled $true",
            "Preferences > Control Panel Settings > Local Users and Groups > Administrators (built-in)",
        ),
    ),
    (
        say("Keep it from signing in by hand, in Windows Settings > Security Settings > Local Policies > User Rights:"),
        ("Deny log on locally: {user}", "Deny log on through Remote Desktop Services: {user}"),
    ),
    (
        say("2. A certificate for each PC: autoenrolment, with Server Authentication. Then, as start script:"),
        ("winrm quickconfig -transport:https -quiet",),
    ),
    (
        say(
            "3. Windows Components > Windows Remote Management > WinRM Service, and the service started automatically:"
        ),
        ("Allow Basic authentication: Disabled", "Allow unencrypted traffic: Disabled"),
    ),
    (
        say("4. One inbound rule of the firewall, from the machine that scans only, for the domain profile:"),
        (
            "New-NetFirewallRule -DisplayName nis2scan -Direction Inbound -Protocol TCP -LocalPort 5986 `",
            f"  -RemoteAddress {SCANNER} -Profile Domain -Action Allow",
        ),
    ),
    (
        say("5. Name each host in config.toml with this transport, and try it:"),
        ('transport = "winrm"', "nis2scan doctor"),
    ),
    (
        say(
            "With less: in Remote Management Users and Event Log Readers instead of Administrators it reads the "
            "registry and the event logs. Encryption, accounts, firewall and shares are then not assessed."
        ),
        (),
    ),
    (
        say(
            "A local account of a PC that is administrator loses its rights over the network (UAC): the scan says so. "
            "Rather use the file than LocalAccountTokenFilterPolicy, which opens the PC to stolen local passwords."
        ),
        (),
    ),
    (
        say(
            "It leaves in the event log: a logon (4624), and the whole script where PowerShell is logged (4104). Tell "
            "whoever guards the PCs beforehand."
        ),
        (),
    ),
)


def wrapped(text: str) -> str:
    """In lines that fit, and no command or address broken."""
    return fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def windows_steps(user: str, language: Language) -> None:
    """Print the steps: by file, which needs nothing, and over WinRM with HTTPS by group policy."""
    for message, lines in _STEPS:
        print(wrapped(language.text(message)))
        print("".join(f"\n    {line.format(user=user)}" for line in lines) + "\n" if lines else "")
