"""What is known of updates, whatever the system calls its tools: the nouns that readers fill and checks judge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from nis2scan.api import Fact, Policy, Said, derives, say


@dataclass(frozen=True)
class Source:
    """One place that updates come from. security: it brings security fixes only. Dates are the publisher's."""

    name: str
    security: bool
    dated: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True)
class UpdateLists(Fact):
    """What the machine knows about updates that exist, and since when it knows that.

    refreshed_at: last successful refresh by the host's clock; None when that cannot be told. seen_at: host's clock.
    needs_security: this system gets its fixes from a source of their own, so one must be among the sources.
    """

    tool: str
    refreshed_at: datetime | None
    seen_at: datetime
    sources: tuple[Source, ...] = ()
    needs_security: bool = False

    @property
    def age_days(self) -> int | None:
        """Whole days since the last refresh."""
        return None if self.refreshed_at is None else max(0, (self.seen_at - self.refreshed_at).days)


@dataclass(frozen=True)
class UsableLists(Fact):
    """Whether an answer about missing updates may rest on the lists; shared by every check that asks. why: if not."""

    usable: bool
    why: Said = ""


@dataclass(frozen=True)
class Pending:
    """One package with a newer version on offer.

    security: None when the source does not tell. since: first offered, where that is published. published_by: it was
    on offer by then at the latest. phased: held back on purpose by the publisher. held: held back by the owner.
    """

    name: str
    installed: str
    offered: str
    security: bool | None
    source: str = ""
    since: datetime | None = None
    published_by: datetime | None = None
    phased: bool = False
    held: bool = False


@dataclass(frozen=True)
class PendingUpdates(Fact):
    """Everything that could be updated. last_activity: the newest installation or update of any package."""

    tool: str
    pending: tuple[Pending, ...]
    seen_at: datetime
    last_activity: datetime | None = None


@dataclass(frozen=True)
class AutomaticUpdates(Fact):
    """Whether updates install themselves.

    on: something starts it by itself. installs: it installs, not only downloads or tells. security: the fixes are
    among what it takes. last_run: None when there is no proof of a run. trouble: why it does less than it seems.
    """

    tool: str
    on: bool
    installs: bool
    security: bool
    last_run: datetime | None
    seen_at: datetime
    trouble: Said = ""


@dataclass(frozen=True)
class PendingReboot(Fact):
    """Whether an update waits for a restart to take effect.

    needed: why, one sentence each; empty when nothing waits. since: when the oldest of it began to wait; None unknown.
    patched_live: a live patch is loaded, which may already cover the kernel's part.
    """

    needed: tuple[Said, ...]
    since: datetime | None
    seen_at: datetime
    patched_live: bool = False


@dataclass(frozen=True)
class ReplacedLibraries(Fact):
    """Programs that still run on a C library or an OpenSSL that was replaced. since: the oldest replacement."""

    programs: tuple[str, ...]
    since: datetime | None


@derives
def usable_lists(lists: UpdateLists, policy: Policy) -> UsableLists:
    """Lists older than a week cannot show last week's fixes; a stale mirror cannot either, however often it is read."""
    age, fixes = lists.age_days, [source for source in lists.sources if source.security]
    stale_after = timedelta(days=policy.update_source_stale_days)
    if age is None:
        return UsableLists(False, say("when the lists were last refreshed cannot be told"))
    if age > policy.update_lists_usable_days:
        return UsableLists(False, say("the lists were last refreshed {days} days ago", days=age))
    if lists.needs_security and not fixes:
        return UsableLists(False, say("none of the lists brings security fixes"))
    for source in fixes:
        if source.valid_until is not None and source.valid_until < lists.seen_at:
            said = say("the list of {source} was valid until {until}", source=source.name, until=source.valid_until)
            return UsableLists(False, said)
        if source.dated is not None and lists.seen_at - source.dated > stale_after:
            return UsableLists(False, say("the list of {source} is of {day}", source=source.name, day=source.dated))
    return UsableLists(True)
