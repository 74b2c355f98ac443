"""Addresses that share a run: joined while others run, told apart when one spoils it, ended when nobody waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from nis2scan.transport.probes.groups import Groups


class Program:
    """Something that runs for many addresses. spoiled: an address with which the whole run fails."""

    def __init__(self, seconds: float = 0.05, spoiled: str = "") -> None:
        self.seconds, self.spoiled = seconds, spoiled
        self.runs: list[list[str]] = []
        self.ended = 0
        self.most = self.now = 0

    async def __call__(self, addresses: Sequence[str]) -> Callable[[str], object]:
        self.runs.append(list(addresses))
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.now -= 1
            self.ended += 1
        if self.spoiled in addresses:
            raise ValueError(self.spoiled)
        return lambda address: f"answer of {address}"


def asked(groups: Groups, program: Program, *addresses: str, key: str = "same") -> list[object]:
    async def all_of_them() -> list[object]:
        tries = (groups.ask(key, address, program) for address in addresses)
        return await asyncio.gather(*tries, return_exceptions=True)

    return asyncio.run(all_of_them())


def test_whoever_comes_while_others_run_is_joined_and_gets_an_answer_of_its_own() -> None:
    program = Program()

    got = asked(Groups(1, 3), program, *"abcdefgh")

    assert got == [f"answer of {name}" for name in "abcdefgh"]
    assert program.runs == [["a"], ["b", "c", "d"], ["e", "f", "g"], ["h"]]
    assert program.most == 1


def test_other_ports_are_another_run() -> None:
    program, groups = Program(), Groups(1, 8)

    async def both() -> None:
        await asyncio.gather(
            *(groups.ask(key, f"{key}{number}", program) for number in range(3) for key in ("x", "y")),
        )

    asyncio.run(both())
    assert sorted(sorted(run) for run in program.runs) == [["x0"], ["x1", "x2"], ["y0", "y1", "y2"]]


def test_no_more_runs_at_once_than_there_may_be() -> None:
    program = Program()

    asked(Groups(2, 1), program, *"abcdef")

    assert (program.most, len(program.runs)) == (2, 6)


def test_one_that_spoils_a_run_costs_only_its_own_answer() -> None:
    program = Program(spoiled="c")

    got = asked(Groups(1, 8), program, *"abcd")

    assert [got[0], got[1], got[3]] == ["answer of a", "answer of b", "answer of d"]
    assert isinstance(got[2], ValueError)
    assert program.runs == [["a"], ["b", "c", "d"], ["b"], ["c"], ["d"]]


def test_a_run_for_which_nobody_waits_any_more_is_over_before_the_caller_goes_on() -> None:
    program, groups = Program(seconds=30), Groups(1, 8)

    async def in_vain() -> int:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await groups.ask("same", "a", program)
        return program.ended

    assert asyncio.run(in_vain()) == 1


def test_who_gives_up_takes_nobody_along() -> None:
    program, groups = Program(seconds=0.3), Groups(1, 8)

    async def some() -> list[object]:
        async def impatient() -> object:
            async with asyncio.timeout(0.4):
                return await groups.ask("same", "b", program)

        tries = (groups.ask("same", "a", program), impatient(), groups.ask("same", "c", program))
        return list(await asyncio.gather(*tries, return_exceptions=True))

    first, second, third = asyncio.run(some())
    assert (first, third) == ("answer of a", "answer of c")
    assert isinstance(second, TimeoutError)
