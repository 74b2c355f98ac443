"""`nis2scan init`: propose the own networks, ask who consents, write config.toml. Nothing is sent."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

from cyclopts import App

from nis2scan.attached import Attached, attached
from nis2scan.cli.ask import ask
from nis2scan.cli.output import view_of
from nis2scan.config import Settings, read
from nis2scan.errors import ConfigError, UsageError
from nis2scan.language import Language
from nis2scan.model import say
from nis2scan.transport.local import cards

app = App(name="nis2scan init", help="Propose the networks of this machine, ask who consents, write config.toml.")

LONGEST = 366  # days that a consent may last: BIO2 5.18.02 asks a yearly review of access


@app.default
def init(
    *,
    config: Path = Path("config.toml"),
    name: str = "",
    networks: tuple[str, ...] = (),
    by: str = "",
    until: str = "",
    user: str | None = None,
    language: Literal["nl", "en"] = "nl",
) -> int:
    """
    Parameters
    ----------
    config
        The file to write. One that is there is never overwritten.
    name
        The name of the company, as the reports show it. Asked when left out, as are the following.
    networks
        Ranges to look at, like 192.168.178.0/24. May be given more than once.
    by
        Who consents: name and function.
    until
        Until which day, like 2027-06-30; at most a year.
    user
        The account on Linux machines. Empty: look from outside only.
    language
        The language of the questions and reports: nl or en.
    """
    if config.exists():
        raise ConfigError(
            "is there already", str(config), next_step="Change it by hand, or name another with --config."
        )
    words = view_of(Settings(), language).language
    today = datetime.now().astimezone().date()
    chosen = list(networks) or _networks(attached(cards()), words)
    company = name or ask(words.text(say("Name of the company:")))
    who = by or ask(words.text(say("Who may decide about these networks, and agrees? Name and function:")))
    if not who:
        raise UsageError("nobody agreed, so nothing was written")
    last = until or ask(words.text(say("Until which day?")), str(today + timedelta(days=365)))
    account = user if user is not None else ask(words.text(say("Account on Linux machines (nothing: only outside):")))
    _write(config, written(company, chosen, who, _day(last, today), account, words))
    print(words.text(say("{file} is written. Next: nis2scan doctor, then nis2scan scan", file=str(config))))
    return 0


def _networks(found: Sequence[Attached], words: Language) -> list[str]:
    """Show what this machine is in, and let somebody choose."""
    proposed = [item for item in found if not item.why_not]
    print(words.text(say("Networks of this machine:")))
    for number, item in enumerate(found, 1):
        mark = f"{number}." if item in proposed else "- "
        print(f"  {mark} {item.range!s:<19} {item.card[:18]:<18} {words.text(item.why_not)[:36]}".rstrip())
    if not proposed:
        raise UsageError(
            "no network of this machine can be proposed", "Name one: nis2scan init --networks 192.168.178.0/24"
        )
    answer = ask(words.text(say("Which ones? Numbers:")), ", ".join(str(found.index(item) + 1) for item in proposed))
    numbers = [int(word) for word in answer.replace(",", " ").split() if word.isdigit()]
    chosen = [str(found[n - 1].range) for n in numbers if 0 < n <= len(found) and not found[n - 1].why_not]
    if not chosen:
        raise UsageError("no network was chosen, so nothing was written")
    return chosen


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text} is no day", "Write it like 2027-06-30.") from None
    if not today <= day <= today + timedelta(days=LONGEST):
        raise UsageError(f"{text} is not within a year from today", "A consent lasts a year at most; then ask again.")
    return day


def written(company: str, networks: Sequence[str], who: str, until: date, account: str, words: Language) -> str:
    """The text of config.toml, with comments in the user's language."""
    lines = [
        _note(words.text(say("Settings of one client. nis2scan scan reads this file; it can start no program."))),
        'client = "office"',
        f"name = {_quoted(company or 'Office')}",
        "this_machine = true",
        "",
        _note(words.text(say("Who allowed what to be looked at, and until when. It is printed in the report."))),
        "[[consent]]",
        f"by = {_quoted(who)}",
        f"scope = [{', '.join(map(_quoted, networks))}]",
        f"until = {until}",
    ]
    for number, network in enumerate(networks, 1):
        lines += ["", _note(words.text(say("Devices are looked for here. zone: office, servers, guests, devices …")))]
        lines += ["[[networks]]", f"name = {_quoted(f'network-{number}')}", f"range = {_quoted(network)}"]
        lines += ['zone = "office"']
    lines += ["", *_login(account, words), "", "[report]", f'language = "{words.code}"', ""]
    return "\n".join(lines)


def _login(account: str, words: Language) -> list[str]:
    """The account, and an example of a host: only hosts that are named receive it."""
    off = "" if account else "# "
    user = _quoted(account or "nis2scan")
    return [
        _note(words.text(say("An account. The secret never stands here: file:, env:, keyring:, ask: or a key file."))),
        f"{off}[logins.linux]",
        f"{off}user = {user}",
        f'{off}key = "~/.ssh/nis2scan_ed25519"',
        f'{off}become = "sudo"',
        "",
        _note(words.text(say("Only machines named like this receive the account. Remove the # and fill in."))),
        "# [[hosts]]",
        '# name = "srv01"',
        '# address = "192.0.2.10"',
        '# login = "linux"',
    ]


def _note(text: str) -> str:
    return f"# {text}"


def _quoted(text: str) -> str:
    """A basic string of TOML: quotes, backslashes and control characters escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write(path: Path, text: str) -> None:
    """Write it for nobody else to change, and read it back: what init writes must be right."""
    try:
        data = text.encode()
    except UnicodeEncodeError:
        raise UsageError(
            "what was typed holds characters that are none", "Type it again, in a terminal that is set to UTF-8."
        ) from None
    try:
        out = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError as trouble:
        raise ConfigError(str(trouble), str(path)) from None
    try:
        with out:
            out.write(data)
        read(path)
    except OSError as trouble:
        path.unlink()
        raise ConfigError(str(trouble), str(path)) from None
    except ConfigError:
        path.unlink()
        raise
