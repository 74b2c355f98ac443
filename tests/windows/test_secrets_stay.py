"""What is secret on a machine does not leave it: looked for in all that the script printed there."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from nis2scan.facts.windows.winlogon import AUTOMATIC_SIGN_IN
from tests.windows.machines import description
from tests.windows.run import Run, pwsh
from tests.windows.topics.access import PASSWORDS
from tests.windows.topics.programs import TOKEN, TOOLS

pytestmark = pytest.mark.skipif(pwsh() is None, reason="no pwsh here")


@pytest.mark.parametrize("machine", PASSWORDS)
def test_of_a_stored_password_only_its_presence_is_told(machine: str, made_up: Callable[[str], Run]) -> None:
    done = made_up(machine)

    assert PASSWORDS[machine] in json.dumps(description(machine)["registry"])
    assert json.loads(done.recording.answers[AUTOMATIC_SIGN_IN.id].text)["stored"] is True
    assert PASSWORDS[machine].encode() not in done.out + done.err


@pytest.mark.parametrize("machine", [name for name, tools in TOOLS.items() if TOKEN in str(tools)])
def test_arguments_of_services_and_processes_stay(machine: str, made_up: Callable[[str], Run]) -> None:
    done = made_up(machine)

    assert TOKEN in json.dumps(description(machine))
    assert TOKEN.encode() not in done.out + done.err
