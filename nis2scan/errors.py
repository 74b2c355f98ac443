"""Every error raised on purpose, and the exit code it ends in.

Nis2scanError
├── UsageError        2  the command line or a file of the user is wrong
│   ├── ConfigError      names file, line and key
│   ├── PluginError      a check, reader or report does not load, or exists twice
│   └── SecretError      a reference to a secret cannot be followed
├── StoreError        2  the store cannot be opened or written
├── NothingScanned    4  no host could be asked anything
├── Stopped         130  the user pressed Ctrl-C
├── DeliveryError     3  one delivered file cannot be taken; costs that file, never the others
├── TransportError       one host could not be asked; costs that host its row, never the scan
└── NotJudged            inside judging only; becomes the outcome of one finding
    ├── CannotTell       → not assessed, with a reason code
    └── Absent           → not applicable, with evidence that was seen
"""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why something was not assessed. A reason code is mandatory: silence is never a pass."""

    NOT_ASKED = "not_asked"
    NOTHING_TO_JUDGE = "nothing_to_judge"
    UNANSWERED = "unanswered"
    NO_CREDENTIAL = "no_credential"
    AUTH_FAILED = "auth_failed"
    UNREACHABLE = "unreachable"
    HOST_KEY = "host_key"
    NO_PRIVILEGE = "no_privilege"
    TOOL_MISSING = "tool_missing"
    TIMEOUT = "timeout"
    TRUNCATED = "truncated"
    PARSE_ERROR = "parse_error"
    STALE_DATA = "stale_data"
    UNSUPPORTED_PLATFORM = "unsupported_platform"
    LOCALE_UNSUPPORTED = "locale_unsupported"
    CONSTRAINED_LANGUAGE = "constrained_language"
    BLOCKED_BY_POLICY = "blocked_by_policy"
    NO_LICENCE = "no_licence"
    OUT_OF_VANTAGE = "out_of_vantage"
    LEFT_ALONE = "left_alone"  # a printer, controller, camera or telephone might act on it
    DATASET_STALE = "dataset_stale"
    DISABLED_BY_USER = "disabled_by_user"
    BUG = "bug"


class Nis2scanError(Exception):
    """Base of the tree. `next_step` is what the user can do about it, in one sentence."""

    exit_code = 70

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.next_step = next_step


class UsageError(Nis2scanError):
    exit_code = 2


class ConfigError(UsageError):
    """A file of the user is wrong. `where` is `file:line` or `file`, `key` the dotted path inside it."""

    def __init__(self, message: str, where: str = "", key: str = "", next_step: str = "") -> None:
        super().__init__(": ".join(part for part in (where, key, message) if part), next_step)


class PluginError(UsageError):
    """A check, reader or report does not load, or two have the same id. The message names the module."""


class SecretError(UsageError):
    """A reference to a secret cannot be followed. The message names the reference, never a value."""


class StoreError(Nis2scanError):
    exit_code = 2


class NothingScanned(Nis2scanError):
    exit_code = 4


class Stopped(Nis2scanError):
    exit_code = 130


class TransportError(Nis2scanError):
    """One host could not be asked. `reason` is what its findings will say.

    message, next_step: sentences (`say`), so that a report has them in its own language.
    """

    exit_code = 3

    def __init__(self, reason: Reason, message: object, next_step: object = "") -> None:
        super().__init__(str(message), str(next_step))
        self.reason = reason
        self.said = message
        self.step = next_step


class Flaw(StrEnum):
    """What is wrong with a delivered file."""

    FOREIGN = "foreign"  # no answer of nis2scan
    CUT = "cut"
    DAMAGED = "damaged"  # on its way, or edited
    TOO_LARGE = "too_large"
    SEVERAL = "several"  # answers of more than one run


class DeliveryError(Nis2scanError):
    """One delivered file cannot be taken. `flaw` says why."""

    exit_code = 3

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(f"this file cannot be taken: {flaw}")
        self.flaw = flaw


class NotJudged(Nis2scanError):
    """Raised while reading or judging; the judge turns it into an outcome, in one place."""


class CannotTell(NotJudged):
    """It could not be read or judged. Becomes *not assessed*. `detail`: a sentence (`say`), or words of the host."""

    def __init__(self, reason: Reason, detail: object = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail


class Absent(NotJudged):
    """We looked where it would be, and it is not there. `evidence` says what was seen. Becomes *not applicable*."""

    def __init__(self, evidence: object) -> None:
        super().__init__(str(evidence))
        self.evidence = evidence
