"""`nis2scan scan`: ask, keep, judge, report."""

from __future__ import annotations

import socket
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PureWindowsPath
from typing import Literal

from cyclopts import App, Parameter

from nis2scan.cli.ask import ask
from nis2scan.cli.consent import narrowed
from nis2scan.cli.networks import networks_of, pacing_of
from nis2scan.cli.output import unfit, view_of
from nis2scan.cli.progress import progress
from nis2scan.cli.run import Run
from nis2scan.cli.summary import show, show_json, show_nothing
from nis2scan.cli.targets import targets_of
from nis2scan.config import Settings, operator, operator_file, read
from nis2scan.errors import NothingScanned
from nis2scan.language import Language
from nis2scan.merge import deliveries
from nis2scan.model import Severity
from nis2scan.rules import load
from nis2scan.scan import Target, gather
from nis2scan.store import Store
from nis2scan.transport.local import cards

app = App(name="nis2scan scan", help="Look at this machine or at the hosts in config.toml, and write the reports.")


@Parameter(name="*")
@dataclass(frozen=True)
class Options:
    """What may be said on the command line, besides the ranges.

    Parameters
    ----------
    local
        Look at this machine only; nothing is sent beyond it. No config.toml is needed.
    config
        The settings of a client. Default: config.toml in this folder, when there is one.
    output
        The folder for reports and store. Default: `out` beside the config, or in this folder.
    language
        The language of reports and summary: nl or en. Default: what the config says, else nl.
    checks
        A folder with checks of your own, besides the built-in ones. May be given more than once.
    fail_on
        End with exit code 1 when something of this severity or worse fails: low, medium, high, critical.
    ask_pass
        Ask the password of each login now, for this scan, in place of the key or password of the config.
    quiet
        Show no progress and no summary.
    json
        Print progress and result as lines of JSON, for a program that started this one.
    retry_logins
        Try logins again that were refused in an earlier scan. Without it they wait until they change.
    """

    local: bool = False
    config: Path | None = None
    output: Path | None = None
    language: Literal["nl", "en"] | None = None
    checks: tuple[Path, ...] = ()
    fail_on: Severity | None = None
    ask_pass: bool = False
    quiet: bool = False
    json: bool = False
    retry_logins: bool = False


_NONE = Options()


@app.default
def scan(*ranges: str, options: Options = _NONE) -> int:
    """
    Parameters
    ----------
    ranges
        Look only at these, like 192.168.178.0/24. Without a config, one typed consent is enough for an own network.
    """
    own = operator(operator_file())
    rules = load([*own.check_folders, *options.checks])
    settings = _settings(options.local, options.config, has_ranges=bool(ranges))
    base = options.output or (options.config.resolve().parent if options.config else Path.cwd()) / "out"
    view = view_of(settings, options.language)
    if (why := unfit(PureWindowsPath(base.absolute()))) is not None and not options.quiet:
        print(f"nis2scan: {view.language.text(why)}", file=sys.stderr)
    if ranges:
        today = datetime.now().astimezone().date()
        settings = narrowed(settings, ranges, today, cards(), ask, view.language)
    if options.ask_pass:
        settings = asking(settings)
    with Store(base / "store") as store:
        targets = targets_of(settings, store.folder, own.programs, retry_logins=options.retry_logins)
        networks = networks_of(settings)
        part = options.local or bool(ranges)
        targets += delivered_of(settings, store, view.language, left_out=part, quiet=options.quiet)
        if not targets and not networks:
            raise NothingScanned(
                "there is nothing to scan", "Add [[hosts]] or [[networks]] to config.toml, or add files."
            )
        tells = show_json if options.json else show_nothing if options.quiet else show
        run = Run(rules, settings, store, base, view, tells)
        with progress(view.language, quiet=options.quiet, as_json=options.json) as tell:
            stopped = run.take(gather(targets, networks, rules.questions, pacing_of(settings), tell))
        return run.report(stopped, options.fail_on)


def delivered_of(settings: Settings, store: Store, language: Language, *, left_out: bool, quiet: bool) -> list[Target]:
    """What came by file before this scan. left_out: only this machine or a range is wanted, which is said."""
    files = deliveries(store, settings.thresholds(), datetime.now(UTC))
    if files and left_out:
        if not quiet:
            said = language.plural(
                "{count} machine that was delivered by file is left out: this scan looks at less",
                "{count} machines that were delivered by file are left out: this scan looks at less",
                len(files),
            )
            print(f"nis2scan: {said}", file=sys.stderr)
        return []
    return files


def asking(settings: Settings) -> Settings:
    """Every login with a password that is typed now, in place of what the settings say."""
    typed = {
        name: login.model_copy(update={"password": "ask:", "key": None, "passphrase": None})
        for name, login in settings.logins.items()
    }
    return settings.model_copy(update={"logins": typed})


def _settings(local: bool, config: Path | None, has_ranges: bool) -> Settings:
    """The config; without one this machine itself, or nothing but the ranges that were given."""
    path = config or Path("config.toml")
    if config is None and not local and has_ranges and not path.exists():
        return Settings(client="office", name="")
    if config is None and (local or not path.exists()):
        return Settings(client="office", name=socket.gethostname(), this_machine=True)
    settings = read(path)
    return settings.model_copy(update={"hosts": (), "networks": (), "this_machine": True}) if local else settings
