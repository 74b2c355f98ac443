"""One fact for each question to people: the answer, as it stands in answers.toml. The texts stand in `questions`."""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.api import Answer, person, reads
from nis2scan.facts.people.statement import Statement, stated


@dataclass(frozen=True)
class LogsRead(Statement):
    """The answer to `logs_read`."""


@reads(person("logs_read"))
def logs_read(answer: Answer) -> LogsRead:
    return LogsRead(**stated(answer))


@dataclass(frozen=True)
class CloudMfa(Statement):
    """The answer to `cloud_mfa`."""


@reads(person("cloud_mfa"))
def cloud_mfa(answer: Answer) -> CloudMfa:
    return CloudMfa(**stated(answer))


@dataclass(frozen=True)
class RemoteMfa(Statement):
    """The answer to `remote_mfa`."""


@reads(person("remote_mfa"))
def remote_mfa(answer: Answer) -> RemoteMfa:
    return RemoteMfa(**stated(answer))


@dataclass(frozen=True)
class AccessReviewed(Statement):
    """The answer to `access_reviewed`."""


@reads(person("access_reviewed"))
def access_reviewed(answer: Answer) -> AccessReviewed:
    return AccessReviewed(**stated(answer))


@dataclass(frozen=True)
class LeaversRemoved(Statement):
    """The answer to `leavers_removed`."""


@reads(person("leavers_removed"))
def leavers_removed(answer: Answer) -> LeaversRemoved:
    return LeaversRemoved(**stated(answer))


@dataclass(frozen=True)
class GuestNetwork(Statement):
    """The answer to `guest_network`."""


@reads(person("guest_network"))
def guest_network(answer: Answer) -> GuestNetwork:
    return GuestNetwork(**stated(answer))


@dataclass(frozen=True)
class PortableDevices(Statement):
    """The answer to `portable_devices`."""


@reads(person("portable_devices"))
def portable_devices(answer: Answer) -> PortableDevices:
    return PortableDevices(**stated(answer))


@dataclass(frozen=True)
class RouterManaged(Statement):
    """The answer to `router_managed`."""


@reads(person("router_managed"))
def router_managed(answer: Answer) -> RouterManaged:
    return RouterManaged(**stated(answer))


@dataclass(frozen=True)
class NasManaged(Statement):
    """The answer to `nas_managed`."""


@reads(person("nas_managed"))
def nas_managed(answer: Answer) -> NasManaged:
    return NasManaged(**stated(answer))


@dataclass(frozen=True)
class RestoreTested(Statement):
    """The answer to `restore_tested`."""


@reads(person("restore_tested"))
def restore_tested(answer: Answer) -> RestoreTested:
    return RestoreTested(**stated(answer))


@dataclass(frozen=True)
class CopyOffSite(Statement):
    """The answer to `copy_off_site`."""


@reads(person("copy_off_site"))
def copy_off_site(answer: Answer) -> CopyOffSite:
    return CopyOffSite(**stated(answer))


@dataclass(frozen=True)
class CopyOutOfReach(Statement):
    """The answer to `copy_out_of_reach`."""


@reads(person("copy_out_of_reach"))
def copy_out_of_reach(answer: Answer) -> CopyOutOfReach:
    return CopyOutOfReach(**stated(answer))


@dataclass(frozen=True)
class DevicesUpdated(Statement):
    """The answer to `devices_updated`."""


@reads(person("devices_updated"))
def devices_updated(answer: Answer) -> DevicesUpdated:
    return DevicesUpdated(**stated(answer))


@dataclass(frozen=True)
class RiskAssessment(Statement):
    """The answer to `risk_assessment`."""


@reads(person("risk_assessment"))
def risk_assessment(answer: Answer) -> RiskAssessment:
    return RiskAssessment(**stated(answer))


@dataclass(frozen=True)
class IncidentPlan(Statement):
    """The answer to `incident_plan`."""


@reads(person("incident_plan"))
def incident_plan(answer: Answer) -> IncidentPlan:
    return IncidentPlan(**stated(answer))


@dataclass(frozen=True)
class ContinuityPlan(Statement):
    """The answer to `continuity_plan`."""


@reads(person("continuity_plan"))
def continuity_plan(answer: Answer) -> ContinuityPlan:
    return ContinuityPlan(**stated(answer))


@dataclass(frozen=True)
class Awareness(Statement):
    """The answer to `awareness`."""


@reads(person("awareness"))
def awareness(answer: Answer) -> Awareness:
    return Awareness(**stated(answer))


@dataclass(frozen=True)
class BoardApproved(Statement):
    """The answer to `board_approved`."""


@reads(person("board_approved"))
def board_approved(answer: Answer) -> BoardApproved:
    return BoardApproved(**stated(answer))


@dataclass(frozen=True)
class Suppliers(Statement):
    """The answer to `suppliers`."""


@reads(person("suppliers"))
def suppliers(answer: Answer) -> Suppliers:
    return Suppliers(**stated(answer))
