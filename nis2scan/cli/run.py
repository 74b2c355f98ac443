"""One scan on its way to the reports: keeps what comes in, rewrites the page for people meanwhile, and ends it."""

from __future__ import annotations

import getpass
import socket
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from nis2scan.assessing import Client, assessment
from nis2scan.assessment import Assessment, Consent, View
from nis2scan.assets import asset_of, copies, subjects
from nis2scan.cli.output import output_folder
from nis2scan.cli.summary import Show, show_nothing
from nis2scan.config import Settings
from nis2scan.errors import Reason
from nis2scan.merge import merged
from nis2scan.model import Outcome, Severity
from nis2scan.publish import publish, reports
from nis2scan.retention import forget
from nis2scan.rules import Rules
from nis2scan.scan import Answered, joined
from nis2scan.store import Store
from nis2scan.words import clean

FIRST_PAGE_SECONDS = 10.0
_SHARE = 10  # writing the page again may take a tenth of the time, not more


@dataclass
class Run:
    """What a scan needs to keep, judge and write. `answered` grows while the scan goes on."""

    rules: Rules
    settings: Settings
    store: Store
    base: Path
    view: View
    show: Show
    answered: list[Answered] = field(default_factory=list)
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))

    def take(self, answers: Iterable[Answered]) -> bool:
        """Take each answer as it comes and rewrite the page now and then. True: the user pressed Ctrl-C."""
        due = time.monotonic() + FIRST_PAGE_SECONDS
        try:
            for each in answers:
                self.answered.append(each)
                if time.monotonic() >= due:
                    started = time.monotonic()
                    pages = [item for item in reports() if item.name == "html"]
                    publish(self._assessment(finished=False), self.view, self.folder, pages)
                    due = time.monotonic() + max(FIRST_PAGE_SECONDS, _SHARE * (time.monotonic() - started))
        except KeyboardInterrupt:
            return True
        return False

    def report(self, stopped: bool, fail_on: Severity | None) -> int:
        """Keep, judge and write everything; the exit code."""
        made = self._assessment(finished=not stopped and not self._failed(), keep=True)
        if self.show is not show_nothing:
            for note in merged(self.rules, self.answered)[1]:
                print(f"nis2scan: {clean(self.view.language.text(note))}", file=sys.stderr)
        paths = publish(made, self.view, self.folder)
        self.show(made, self.view.language, paths)
        self._forget()
        return self._exit_code(stopped, made, fail_on)

    def _forget(self) -> None:
        """Remove what the client does not want kept for so long, and say how much that was."""
        gone = forget(self.store, self.begun - timedelta(days=self.settings.keep_days))
        if gone and self.show is not show_nothing:
            said = self.view.language.plural(
                "removed from the store for its age (keep_days): what hosts answered in {count} scan or file",
                "removed from the store for their age (keep_days): what hosts answered in {count} scans and files",
                gone,
            )
            print(f"nis2scan: {said}", file=sys.stderr)

    @cached_property
    def folder(self) -> Path:
        """Where the reports of this scan go; chosen once."""
        return output_folder(self.base, self.begun)

    def _failed(self) -> int:
        """Hosts of the inventory that could not be asked, and what was found and lost by a mistake of ours."""
        return sum(
            1
            for target, recording in self.answered
            if recording.failed is not None and not (target.found and recording.failed is Reason.NO_CREDENTIAL)
        )

    def _assessment(self, *, finished: bool, keep: bool = False) -> Assessment:
        now = datetime.now(UTC)
        rows = joined(merged(self.rules, self.answered)[0])
        found = subjects(self.store, [recording for _, recording in rows], self.rules, now)
        assets = [asset_of(self.rules, row[0].address, subject) for row, subject in zip(rows, found, strict=True)]
        same = copies(self.rules, [recording for _, recording in rows])
        assets = [
            replace(item, same_id=same[item.name], weak_identity=True) if item.name in same else item for item in assets
        ]
        made = assessment(
            self.rules,
            client_of(self.settings, self.store.client_id()),
            found,
            assets,
            now,
            scanner=socket.gethostname(),
            finished=finished,
        )
        if keep:
            number = self.store.begin(self.begun)
            for subject in found:
                self.store.keep(number, subject.asset, subject.recording)
            self.store.finish(number, made.findings, now)
        return made

    def _exit_code(self, stopped: bool, made: Assessment, fail_on: Severity | None) -> int:
        """130 stopped · 4 nobody answered · 3 some did not · 1 --fail-on was reached · 0."""
        if stopped:
            print("nis2scan: stopped; the reports hold what was found until then", file=sys.stderr)
            return 130
        seen = [recording for _, recording in self.answered if recording.failed in (None, Reason.NO_CREDENTIAL)]
        if not seen:
            return 4
        if self._failed():
            return 3
        if fail_on is not None:
            bad = [f for f in made.findings if f.outcome is Outcome.FAIL and f.severity.rank >= fail_on.rank]
            return 1 if bad else 0
        return 0


def client_of(settings: Settings, client_id: str) -> Client:
    """The client as its settings describe it. This machine itself needs no consent but that of who started the scan."""
    given = [Consent(item.by, ", ".join(map(str, item.scope)), item.until) for item in settings.consent]
    if settings.this_machine:
        given.append(Consent(getpass.getuser(), socket.gethostname()))
    return Client(client_id, settings.name or settings.client, settings.answers, settings.thresholds(), tuple(given))
