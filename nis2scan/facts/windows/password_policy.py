"""What Windows asks of passwords of its own accounts, and when it locks one."""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, powershell, reads, say
from nis2scan.facts.windows.values import number, table

_FOR_EVER = 0xFFFFFFFF
_LONGEST = 256  # of any password in Windows


@dataclass(frozen=True)
class PasswordPolicy(Fact):
    """length: at least so many characters. attempts: wrong passwords before the account is locked, 0 for never.

    lock_seconds: how long it stays locked, None until somebody unlocks it. On a domain controller these are the values
    of the domain, elsewhere those for accounts of the machine.
    """

    length: int
    attempts: int
    lock_seconds: int | None


PASSWORD_POLICY = powershell(
    r"""# password-policy
$computer = [adsi]"WinNT://$env:COMPUTERNAME,computer"
[ordered]@{
  length = @($computer.MinPasswordLength)[0]
  attempts = @($computer.MaxBadPasswordsAllowed)[0]
  lock = @($computer.AutoUnlockInterval)[0]
}""",
    seconds=5,
)


@reads(PASSWORD_POLICY)
def password_policy(answer: Answer) -> PasswordPolicy:
    """Numbers of the WinNT provider; times in seconds."""
    made = table(answer)
    length, attempts, lock = (number(made.get(name)) for name in ("length", "attempts", "lock"))
    if length is None or attempts is None or lock is None or length > _LONGEST:
        raise CannotTell(Reason.PARSE_ERROR, say("the rules for passwords could not be read"))
    return PasswordPolicy(length, attempts, None if lock == _FOR_EVER else lock)
