"""Plugin of pytest for mutation.py: which tests a mutant meets, and in which order.

They are those that reach the changed function, quickest first, and no more of them than fit into BUDGET. What a slower
test would have noticed counts as survived.
"""

import functools
import sys
from collections.abc import Generator
from time import process_time
from typing import Any

import pytest

BUDGET = 10.0
"""Processor seconds of tests that one mutant meets at most."""

_own: dict[str, float] = {}
_fixtures: dict[str, float] = {}
_needs: dict[str, set[str]] = {}


def pytest_sessionstart() -> None:
    """Nothing that an earlier run computed is kept: it would hide a mutant from tests that are run after it."""
    for name, module in list(sys.modules.items()):
        if name.startswith("estimation"):
            for each in list(vars(module).values()):
                if isinstance(each, functools._lru_cache_wrapper):
                    each.cache_clear()


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Quickest tests first: most mutants die at once."""
    items.sort(key=lambda item: cost(item.nodeid))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: Any) -> Generator[None, Any, Any]:
    """Take the processor time of each test, without that of fixtures shared with others."""
    shared, start = sum(_fixtures.values()), process_time()
    result = yield
    if item.nodeid not in _own:
        _own[item.nodeid] = process_time() - start - (sum(_fixtures.values()) - shared)
        _needs[item.nodeid] = set(item.fixturenames)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any) -> Generator[None, Any, Any]:
    """Take the processor time of fixtures that tests share."""
    start = process_time()
    result = yield
    if fixturedef.scope != "function":
        _fixtures[fixturedef.argname] = max(process_time() - start, _fixtures.get(fixturedef.argname, 0.0))
    return result


def cost(test: str) -> float:
    """Processor seconds of a test that is run alone."""
    return _own.get(test, 0.0) + sum(_fixtures.get(name, 0.0) for name in _needs.get(test, ()))


def within_budget(tests: set[str]) -> set[str]:
    """Tests that are run, quickest first, until the next would exceed the budget; one at least."""
    chosen: set[str] = set()
    fixtures: set[str] = set()
    spent = 0.0
    for test in sorted(tests, key=lambda each: (cost(each), each)):
        new = _needs.get(test, set()) - fixtures
        spent += _own.get(test, 0.0) + sum(_fixtures.get(name, 0.0) for name in new)
        if chosen and spent > BUDGET:
            break
        chosen.add(test)
        fixtures |= new
    return chosen
