"""`nis2scan doctor`: can I reach, log in, read? What is missing, what that costs, and which rights are too many."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from textwrap import fill
from typing import Literal

from cyclopts import App

from nis2scan.assets import fact_of
from nis2scan.check import Check
from nis2scan.cli.networks import networks_of
from nis2scan.cli.output import view_of
from nis2scan.cli.targets import targets_of
from nis2scan.config import Settings, operator, operator_file, read
from nis2scan.errors import UsageError
from nis2scan.facts.linux.sudo import RIGHTS, RootRights
from nis2scan.facts.session import Session
from nis2scan.language import Language
from nis2scan.model import Fact, Message, Recording, Root, Said, say
from nis2scan.questions import SESSION
from nis2scan.rules import Rules, load
from nis2scan.scan import Pacing, gather
from nis2scan.store import Store
from nis2scan.words import REASONS, clean

app = App(name="nis2scan doctor", help="Try every login once and say what is missing, before the first scan.")

SECONDS = 15  # all in all; a host that needs longer is told so
_HOST_SECONDS = 11
_WIDTH = 80
GOOD, MIND, WRONG = "v", "!", "x"


@dataclass(frozen=True)
class Line:
    """mark: v in order, ! mind this, x does not work. what: a name, at most 24 characters of it are shown."""

    mark: str
    what: str
    text: Said


@app.default
def doctor(*, config: Path = Path("config.toml"), language: Literal["nl", "en"] | None = None) -> int:
    """
    Parameters
    ----------
    config
        The settings of a client.
    language
        The language: nl or en. Default: what the config says, else nl.
    """
    settings = read(config)
    words = view_of(settings, language).language
    rules = load(operator(operator_file()).check_folders)
    today = datetime.now().astimezone().date()
    failed = False
    for title, lines in (
        (say("This machine"), _machine()),
        (say("Consent"), _consents(settings, today)),
        (say("Networks"), _networks(settings)),
        (say("Logins"), _logins(settings, config, rules)),
    ):
        print(f"\n{words.text(title)}")
        for line in _told(lines):
            failed = failed or line.mark == WRONG
            print(_shown(line, words))
    return 3 if failed else 0


def _told(lines: Iterator[Line]) -> Iterator[Line]:
    """What is wrong in the settings is a line too; what comes after it is tried all the same."""
    try:
        yield from lines
    except UsageError as trouble:
        yield Line(WRONG, "config.toml", _source(" ".join(filter(None, (f"{trouble}.", trouble.next_step)))))


def _shown(line: Line, words: Language) -> str:
    head = f"  {line.mark} {clean(line.what, 24):<24} "
    return fill(clean(words.text(line.text)), _WIDTH, initial_indent=head, subsequent_indent=" " * len(head))


def _machine() -> Iterator[Line]:
    """Programs that add something when they are there."""
    nmap = shutil.which("nmap") is not None
    yield Line(*_there(nmap, "nmap", say("versions of services are seen"), say("not there: no versions of services")))
    ring = importlib.util.find_spec("keyring") is not None
    yield Line(
        *_there(ring, "keyring", say("secrets may stand in keyring:"), say("not there: use file:, env: or ask:"))
    )
    browser = any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome", "msedge"))
    yield Line(
        *_there(browser, "Chromium", say("the report can be printed to PDF"), say("not there: print from any browser"))
    )


def _there(there: bool, name: str, yes: Said, no: Said) -> tuple[str, str, Said]:
    return (GOOD, name, yes) if there else (MIND, name, no)


def _consents(settings: Settings, today: date) -> Iterator[Line]:
    for item in settings.consent:
        left = (item.until - today).days
        scope = ", ".join(map(str, item.scope))
        if left < 0:
            yield Line(WRONG, scope, say("the consent of {by} ended on {until}", by=item.by, until=item.until))
        else:
            found = say("{by} consents until {until}", by=item.by, until=item.until)
            yield Line(GOOD if left > 30 else MIND, scope, found)
    if not settings.consent:
        yield Line(WRONG, "[[consent]]", say("nobody consented: nothing may be looked at over the network"))


def _networks(settings: Settings) -> Iterator[Line]:
    for network in networks_of(settings):
        name = f"{network.name} {network.range}"
        if not network.on_link:
            yield Line(MIND, name, say("this machine is not in it: silent devices and makers are not seen"))
        elif not network.gateway:
            yield Line(MIND, name, say("its router is not known: set gateway"))
        else:
            yield Line(GOOD, name, say("this machine is in it; its router is {gateway}", gateway=network.gateway))
    if not settings.networks:
        yield Line(MIND, "[[networks]]", say("none: devices are not looked for"))


def _logins(settings: Settings, config: Path, rules: Rules) -> Iterator[Line]:
    """Each host of the inventory, asked three short questions."""
    if not settings.hosts:
        yield Line(MIND, "[[hosts]]", say("none: nobody looks inside a machine, except this one"))
        return
    with Store(config.resolve().parent / "out" / "store") as store:
        here = settings.model_copy(update={"this_machine": False})
        targets = targets_of(here, store.folder, operator(operator_file()).programs)
        waiting = {target.name for target in targets}
        unproven = {
            host.name: host.login
            for host in settings.hosts
            if host.plain_http and settings.logins[host.login].auth != "kerberos"
        }
        pacing = Pacing(_HOST_SECONDS, at_once=32, total_seconds=SECONDS - 1)
        for target, recording in gather(targets, (), (SESSION, RIGHTS), pacing, _mute):
            waiting.discard(target.name)
            if target.name in unproven:
                yield Line(MIND, target.name, _unproven(unproven[target.name]))
            yield from _host(target.name, recording, rules)
        for name in sorted(waiting):
            yield Line(WRONG, name, say("took longer than {seconds} seconds", seconds=SECONDS))


def _mute(event: object) -> None:
    """Nobody watches progress here: it is over in seconds."""


def _host(name: str, recording: Recording, rules: Rules) -> Iterator[Line]:
    session = fact_of(rules, recording, Session)
    if recording.failed is not None or session is None:
        word = REASONS[recording.failed] if recording.failed else ""
        yield Line(WRONG, name, say("{reason}: {detail}", reason=_source(word), detail=recording.why))
        return
    if session.root:
        yield Line(GOOD, name, _all_rights(session))
    else:
        lost = [check for check in rules.checks if needs_root(rules, check, session.platform)]
        yield Line(MIND, name, _some_rights(session, len(lost), tuple(sorted({check.measure.value for check in lost}))))
    yield from _too_many(name, session, fact_of(rules, recording, RootRights))


def _unproven(login: str) -> Said:
    return say("plain_http: with ntlm the machine gets the login {login} before it proves itself", login=login)


def _all_rights(session: Session) -> Said:
    if session.platform == "windows":
        return say("logged in as {user}, an elevated administrator", user=session.user)
    return say("logged in as {user}, and may look as root", user=session.user)


def _some_rights(session: Session, count: int, names: tuple[str, ...]) -> Said:
    if session.platform == "windows":
        return say(
            "logged in as {user}, who is no elevated administrator there; {count} checks stay open: {names}",
            user=session.user,
            count=count,
            names=names,
        )
    return say(
        "logged in as {user}; without root {count} checks stay open (set become): {names}",
        user=session.user,
        count=count,
        names=names,
    )


def _too_many(name: str, session: Session, rights: RootRights | None) -> Iterator[Line]:
    """Rights that the scan does not need."""
    if session.uid == 0:
        yield Line(MIND, name, say("logs in as root: an account of its own with the helper is enough"))
    elif rights is not None and any(grant.who in (session.user, "ALL") and not grant.asks for grant in rights.grants):
        yield Line(
            MIND, name, say("may do everything as root unasked: the helper is enough (nis2scan permissions linux)")
        )


def _source(text: str) -> Said:
    """An English source text as a message inside another one."""
    return Message(text.replace("{", "{{").replace("}", "}}"))


def needs_root(rules: Rules, check: Check, platform: str) -> bool:
    """Whether a check rests on a fact that only root, or an administrator, can read there."""
    if check.platforms and platform not in check.platforms:
        return False
    wanted, seen = [need.type for need in check.needs if need.how in ("fact", "maybe")], set[type[Fact]]()
    while wanted:
        fact = wanted.pop()
        if fact in seen:
            continue
        seen.add(fact)
        readers = [
            reader
            for reader in rules.readers_of.get(fact, [])
            if all(not question.platforms or platform in question.platforms for question in reader.questions)
        ]
        if readers and all(any(q.root is Root.REQUIRED for q in reader.questions) for reader in readers):
            return True
        derived = rules.derivation_of.get(fact)
        wanted += [need.type for need in derived.needs if need.how == "fact"] if derived is not None else []
    return False
