"""Whether logs also go to another machine, whatever sends them."""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.api import Fact


@dataclass(frozen=True)
class Target:
    """One rule: `host` is another machine. daemon: who sends. everything: also the lines about logons. sure: not by
    UDP.
    """

    host: str
    daemon: str
    everything: bool = True
    sure: bool = True


@dataclass(frozen=True)
class LogForwarding(Fact):
    """What really leaves: the rules of daemons that run, and the log or detection agents that run. perhaps: those that
    may send logs, or something else.
    """

    targets: tuple[Target, ...]
    agents: tuple[str, ...]
    perhaps: tuple[str, ...] = ()

    @property
    def leaves(self) -> bool:
        return bool(self.agents) or any(target.everything for target in self.targets)


@dataclass(frozen=True)
class LogsElsewhere(Fact):
    """Only softens, so it is never missing. leaves: None where nobody could look."""

    leaves: bool | None
