"""Questions to whoever sits at the keyboard."""

from __future__ import annotations

from nis2scan.errors import UsageError


def ask(prompt: str, default: str = "") -> str:
    """What was typed, without spaces around it; `default` for nothing. Raises UsageError when nobody can type."""
    shown = f"{prompt} [{default}] " if default else f"{prompt} "
    try:
        return input(shown).strip() or default
    except EOFError:
        print()
        raise UsageError(
            "this needs somebody at the keyboard", "Give the answers as options; see --help of the command."
        ) from None
