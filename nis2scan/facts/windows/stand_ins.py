"""What is taken for a back-up on Windows and is none: shadow copies, File History, folders that are synchronised."""

from __future__ import annotations

from typing import Any

from nis2scan.api import Answer, CannotTell, Reason, powershell, reads, say
from nis2scan.facts.stand_ins import StandIns
from nis2scan.facts.windows.software import SOFTWARE, USER_SOFTWARE, Software, software
from nis2scan.facts.windows.values import number, rows, table, text

_PROGRAMS = {
    "Dropbox": "Dropbox",
    "Nextcloud": "Nextcloud",
    "ownCloud": "ownCloud",
    "Google Drive": "Google Drive",
    "Synology Drive Client": "Synology Drive",
    "Seafile": "Seafile",
    "SyncTrayzor": "Syncthing",
    "Resilio Sync": "Resilio Sync",
    "MEGAsync": "MEGAsync",
    "Box Drive": "Box",
    "STACK": "STACK",
}

# Previous Versions are made by tasks of this name. The list of shadow copies is not asked for: that starts a service, and
# shows the restore points of every PC and what a back-up program makes for a moment as well.
STAND_INS = powershell(
    r"""# stand-ins
$planned = $null
try {
  $tasks = Read-Subkeys 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache\Tree'
  if ($null -ne $tasks) { $planned = @($tasks | Where-Object { "$_" -like 'ShadowCopyVolume{*' }).Count }
} catch { $planned = $null }
$unread = 0
$users = @(foreach ($hive in @(Read-Subkeys 'Registry::HKEY_USERS' | ForEach-Object { $_ } | Where-Object { $_ -match '^S-1-(5-21|12-1)-[0-9-]+$' })) {
  try {
    $root = "Registry::HKEY_USERS\$hive\Software\Microsoft"
    $history = Read-Values "$root\Windows\CurrentVersion\FileHistory" 'ProtectedUpToTime'
    $accounts = @(foreach ($name in @(Read-Subkeys "$root\OneDrive\Accounts" | ForEach-Object { $_ } | Where-Object { $_ })) {
      $account = Read-Values "$root\OneDrive\Accounts\$name" 'UserFolder' 'KfmFoldersProtectedNow'
      [ordered]@{ folder = "$($account.UserFolder)" -ne ''; protected = $account.KfmFoldersProtectedNow }
    })
    [ordered]@{ history = $null -ne $history.ProtectedUpToTime; accounts = $accounts }
  } catch { $unread++ }
})
[ordered]@{ planned = $planned; users = $users; unread = $unread }""",
    seconds=7,
)


@reads(STAND_INS, SOFTWARE, USER_SOFTWARE)
def stand_ins(answer: Answer, machine: Answer, users: Answer) -> StandIns:
    """Of users who are not signed in nothing can be seen; the list of tasks may be one for administrators only."""
    made = table(answer)
    if number(made.get("unread")) is None:
        raise CannotTell(Reason.PARSE_ERROR, say("the answer is not as it should be"))
    planned = number(made.get("planned"))
    whole, snapshots, sync = planned is not None and number(made["unread"]) == 0, [], set()
    if planned:
        snapshots.append("Previous Versions")
    known = rows(made, "users")
    if any(row.get("history") is True for row in known):
        snapshots.append("File History")
    if any(_synchronises(item) for row in known for item in _accounts(row)):
        sync.add("OneDrive")
    try:
        programs = software.read(machine, users)
        assert isinstance(programs, Software)  # noqa: S101 the reader makes it
        whole = whole and programs.whole
        sync |= {name for beginning, name in _PROGRAMS.items() if programs.named(beginning)}
    except CannotTell:
        whole = False
    return StandIns(tuple(snapshots), (), tuple(sorted(sync)), (), whole)


def _accounts(row: dict[str, Any]) -> list[dict[str, Any]]:
    return rows(row, "accounts")


def _synchronises(account: dict[str, Any]) -> bool:
    """Signed in, with a folder; or the folders of the user are kept there."""
    return account.get("folder") is True or bool(number(account.get("protected"))) or bool(text(account.get("folder")))
