"""`nis2scan scan`: ask, keep, judge, report."""

from __future__ import annotations

import getpass
import socket
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from cyclopts import App

from nis2scan.assessing import Client, assessment
from nis2scan.assessment import Assessment, Consent, View
from nis2scan.cli.output import output_folder, view_of
from nis2scan.cli.summary import progress, show
from nis2scan.cli.targets import targets_of
from nis2scan.config import Settings, operator, operator_file, read
from nis2scan.errors import NothingScanned
from nis2scan.model import Outcome, Severity
from nis2scan.publish import publish
from nis2scan.rules import Rules, load
from nis2scan.scan import Gathered, Tell, asset_of, gather, subjects
from nis2scan.store import Store

app = App(name="nis2scan scan", help="Look at this machine or at the hosts in config.toml, and write the reports.")


@app.default
def scan(
    *,
    local: bool = False,
    config: Path | None = None,
    output: Path | None = None,
    language: Literal["nl", "en"] | None = None,
    checks: tuple[Path, ...] = (),
    fail_on: Severity | None = None,
    quiet: bool = False,
) -> int:
    """
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
    quiet
        Show no progress and no summary.
    """
    own = operator(operator_file())
    rules = load([*own.check_folders, *checks])
    settings = _settings(local, config)
    base = output or (config.resolve().parent if config else Path.cwd()) / "out"
    view = view_of(settings, language)
    with Store(base / "store") as store:
        run = _Run(rules, settings, store, base, view)
        targets = targets_of(settings, store.folder, own.programs)
        if not targets:
            raise NothingScanned("there is nothing to scan", "Add [[hosts]] to config.toml, or use --local.")
        limits = settings.limits
        tell: Tell = (lambda event: None) if quiet else progress(view.language)
        gathered = gather(targets, rules.questions, limits.host_seconds, limits.at_once, tell)
        return run.report(gathered, fail_on, quiet)


def _settings(local: bool, config: Path | None) -> Settings:
    path = config or Path("config.toml")
    if config is None and (local or not path.exists()):
        return Settings(client="office", name=socket.gethostname(), this_machine=True)
    settings = read(path)
    return settings.model_copy(update={"hosts": (), "this_machine": True}) if local else settings


@dataclass(frozen=True)
class _Run:
    """One scan on its way to the reports."""

    rules: Rules
    settings: Settings
    store: Store
    base: Path
    view: View

    def report(self, gathered: Gathered, fail_on: Severity | None, quiet: bool) -> int:
        """Keep, judge and write everything; the exit code."""
        now = datetime.now(UTC)
        made = self._assessment(gathered, now)
        paths = publish(made, self.view, output_folder(self.base, now))
        if not quiet:
            show(made, self.view.language, paths)
        return exit_code(gathered, made, fail_on)

    def _assessment(self, gathered: Gathered, now: datetime) -> Assessment:
        number = self.store.begin(now)
        found = subjects(self.store, [recording for _, recording in gathered.recordings], self.rules, now)
        assets = []
        for (target, _), subject in zip(gathered.recordings, found, strict=True):
            self.store.keep(number, subject.asset, subject.recording)
            assets.append(asset_of(self.rules, target, subject))
        made = assessment(
            self.rules,
            client_of(self.settings, self.store.client_id()),
            found,
            assets,
            now,
            scanner=socket.gethostname(),
            finished=not gathered.stopped and not gathered.failed,
        )
        self.store.finish(number, made.findings, now)
        return made


def client_of(settings: Settings, client_id: str) -> Client:
    """The client as its settings describe it. This machine itself needs no consent but that of who started the scan."""
    given = [Consent(item.by, ", ".join(map(str, item.scope)), item.until) for item in settings.consent]
    if settings.this_machine:
        given.append(Consent(getpass.getuser(), socket.gethostname()))
    return Client(client_id, settings.name or settings.client, settings.answers, settings.thresholds(), tuple(given))


def exit_code(gathered: Gathered, made: Assessment, fail_on: Severity | None) -> int:
    """130 stopped · 4 nobody answered · 3 some did not · 1 --fail-on was reached · 0."""
    if gathered.stopped:
        print("nis2scan: stopped; the reports hold what was found until then", file=sys.stderr)
        return 130
    if gathered.failed:
        return 4 if gathered.failed == len(gathered.recordings) else 3
    if fail_on is not None:
        bad = [f for f in made.findings if f.outcome is Outcome.FAIL and f.severity.rank >= fail_on.rank]
        return 1 if bad else 0
    return 0
