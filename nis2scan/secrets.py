"""References to secrets, and values that never show themselves.

`ask:` types it, `env:NAME` an environment variable, `file:PATH` the first line of a file that only its owner may read,
`exec:NAME` the first line that a program of the operator prints, `keyring:SERVICE/USER` the keyring of the system.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from nis2scan.access_list import strangers
from nis2scan.errors import SecretError

_FORMS = {
    "ask": r".{0,80}",
    "env": r"[A-Za-z_][A-Za-z0-9_]*",
    "file": r".+",
    "exec": r"[A-Za-z0-9_-]{1,40}",
    "keyring": r"[^/]+/.+",
}
_EXEC_SECONDS = 30
_LONGEST = 65536

Ask = Callable[[str], str]


class Secret:
    """A value that is shown by nothing but `reveal()`: not by print, repr, format, pickle or a traceback."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the one place that needs it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written down")


def check_reference(text: str) -> str:
    """The reference itself when it has one of the five forms; else ValueError, which does not repeat the text.

    Somebody who typed the password itself into a settings file must not see it again in an error or a log.
    """
    kind, colon, rest = text.partition(":")
    if not colon or kind not in _FORMS or not re.fullmatch(_FORMS[kind], rest):
        raise ValueError(
            "must be ask:, env:NAME, file:PATH, exec:NAME or keyring:SERVICE/USER, never the secret itself"
        )
    return text


def resolve(
    reference: str, *, ask: Ask | None = None, programs: Mapping[str, Sequence[str]] | None = None, label: str = ""
) -> Secret:
    """Follow a reference. Raises SecretError, which names the reference and never a value.

    ask: shows `label` and returns what was typed, for `ask:`. programs: the operator's own, for `exec:`.
    """
    try:
        kind, _, rest = check_reference(reference).partition(":")
    except ValueError as wrong:
        raise SecretError(f"a reference to a secret {wrong}") from None
    match kind:
        case "ask":
            value = _asked(reference, ask, rest or label)
        case "env":
            value = _from_environment(rest)
        case "file":
            value = _from_file(Path(rest).expanduser())
        case "exec":
            value = _from_program(rest, programs or {})
        case _:
            value = _from_keyring(*rest.split("/", 1))
    if not value:
        raise SecretError(f"{reference} is empty")
    return Secret(value)


def _asked(reference: str, ask: Ask | None, prompt: str) -> str:
    if ask is None:
        raise SecretError(
            f"{reference} needs somebody at the keyboard", "Use env:, file: or keyring: in unattended runs."
        )
    return ask(prompt)


def _from_environment(name: str) -> str:
    if name not in os.environ:
        raise SecretError(f"env:{name} is not set")
    return os.environ[name]


def _from_file(path: Path) -> str:
    """The first line of a file that is closed to others."""
    return _first_line(_closed_file(path), f"file:{path}")


def key_file(path: Path) -> Secret:
    """A private key as text. Raises SecretError when others may read the file."""
    try:
        return Secret(_closed_file(path.expanduser()).decode())
    except UnicodeDecodeError:
        raise SecretError(f"file:{path} is no private key in text form") from None


def _closed_file(path: Path) -> bytes:
    """A regular file of ours or of root that others can neither read nor change; on Windows by its access list."""
    try:
        if not path.is_file():  # before opening: a named pipe would wait for ever
            raise SecretError(f"file:{path} is no file")
        with path.open("rb") as stream:
            facts = os.fstat(stream.fileno())
            if not stat.S_ISREG(facts.st_mode):
                raise SecretError(f"file:{path} is not a regular file")
            if sys.platform == "win32" and (let_in := strangers(path)):
                raise SecretError(
                    f"file:{path} can be read or changed by {', '.join(let_in)}",
                    f'icacls "{path}" /inheritance:r /grant:r "%USERNAME%:F"',
                )
            if sys.platform != "win32" and (facts.st_mode & 0o077 or facts.st_uid not in (0, os.geteuid())):
                raise SecretError(f"file:{path} can be read or changed by others", f"chmod 600 {path}")
            return stream.read(_LONGEST)
    except OSError as trouble:
        raise SecretError(f"file:{path}: {trouble.strerror}") from None


def _from_program(name: str, programs: Mapping[str, Sequence[str]]) -> str:
    """Run one of the operator's programs: an argument list, no shell, no standard input, half a minute."""
    if name not in programs or not programs[name]:
        raise SecretError(f"exec:{name} is not among the operator's programs", f"Add {name} to operator.toml.")
    try:
        done = subprocess.run(  # noqa: S603 the operator's own settings name it
            list(programs[name]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_EXEC_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as trouble:
        raise SecretError(f"exec:{name} gave nothing ({type(trouble).__name__})") from None
    if done.returncode:
        raise SecretError(f"exec:{name} ended with status {done.returncode}")
    return _first_line(done.stdout[:_LONGEST], f"exec:{name}")


def _from_keyring(service: str, user: str) -> str:
    try:
        import keyring
    except ImportError:
        raise SecretError("keyring: needs the package keyring", "Install nis2scan-mkb[keyring].") from None
    try:
        value = keyring.get_password(service, user)
    except Exception as trouble:  # noqa: BLE001 the back-ends raise what they like
        raise SecretError(f"keyring:{service}/{user} cannot be opened ({type(trouble).__name__})") from None
    return str(value or "")


def _first_line(data: bytes, where: str) -> str:
    try:
        return (data.decode().splitlines() or [""])[0]
    except UnicodeDecodeError:
        raise SecretError(f"{where} is no text") from None
