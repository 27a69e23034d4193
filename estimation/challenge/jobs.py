"""Independent tasks on all cores or on a cluster, with the same result whoever does them and in whatever order.

What the tasks compute is not known here.
"""

import hashlib
import importlib.metadata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

import estimation
from estimation.errors import EstimationError

_CONNECT_SECONDS = 10


@dataclass(frozen=True)
class Task:
    """One piece of work, whose key is unique in a run."""

    key: str  # with the run's seed it makes the task's own stream of random numbers
    function: Callable[..., Any]  # called as `function(rng, **arguments)`; importable by name
    arguments: Mapping[str, Any]
    size: int = 1  # what it counts for in progress


@dataclass(frozen=True)
class _Refusal:
    """An `EstimationError` on its way back from another process."""

    kind: type[EstimationError]
    rule: str
    got: str
    remedy: str


def stream(seed: int, key: str) -> np.random.Generator:
    """Random numbers of one task: they depend on the run's seed and the task's key alone."""
    digest = int.from_bytes(hashlib.sha256(key.encode()).digest()[:16], "big")
    return np.random.default_rng(np.random.SeedSequence([seed, digest]))


def run(
    tasks: Sequence[Task],
    *,
    seed: int,
    jobs: int = -1,
    scheduler: str | None = None,
    progress: Callable[[int], object] | None = None,
) -> list[Any]:
    """Do all tasks, and give what each returned in their order.

    Parameters
    ----------
    tasks : sequence of Task
        In any order; the result does not depend on it.
    seed : int
        Seed of the run.
    jobs : int
        Processes; 1 for this one, -1 for one per core.
    scheduler : str, optional
        Address of a Dask scheduler such as ``tcp://10.0.0.1:8786``; its workers then do the tasks, and one that is
        lost is made up for by the others.
    progress : callable, optional
        Called with the size of every task done.

    Raises
    ------
    EstimationError
        If two tasks share a key; the scheduler cannot be used; or as the tasks do.

    Notes
    -----
    **Assumes:** tasks depend on nothing but their arguments and their stream of random numbers.

    Examples
    --------
    >>> run([Task("a", lambda rng, x: x + 1, {"x": 1})], seed=1, jobs=1)
    [2]
    """
    keys = [task.key for task in tasks]
    if len(set(keys)) < len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise EstimationError("every task needs a key of its own", repr(twice), "add what sets it apart")
    done: list[Any] = [None] * len(tasks)
    for position, result in _results(tasks, seed, jobs, scheduler):
        if isinstance(result, _Refusal):
            raise result.kind(result.rule, f"{result.got} (task {keys[position]})", result.remedy)
        done[position] = result
        if progress is not None:
            progress(tasks[position].size)
    return done


def _results(tasks: Sequence[Task], seed: int, jobs: int, scheduler: str | None) -> Iterator[tuple[int, Any]]:
    if scheduler is None and jobs == 1:
        yield from (_do(position, task, seed) for position, task in enumerate(tasks))
        return
    from joblib import Parallel, delayed

    calls = (delayed(_do)(position, task, seed) for position, task in enumerate(tasks))
    with _workers(scheduler, jobs):
        yield from Parallel(
            batch_size=1, pre_dispatch="all" if scheduler else "2*n_jobs", return_as="generator_unordered"
        )(calls)


def _do(position: int, task: Task, seed: int) -> tuple[int, Any]:
    try:
        return position, task.function(stream(seed, task.key), **task.arguments)
    except EstimationError as error:
        return position, _Refusal(type(error), error.rule, str(error.got), error.remedy)


@contextmanager
def _workers(scheduler: str | None, jobs: int) -> Iterator[None]:
    from joblib import parallel_config

    if scheduler is None:
        with parallel_config(backend="loky", n_jobs=jobs):
            yield
        return
    try:
        import distributed
    except ImportError as error:
        raise EstimationError(
            "a scheduler needs the packages of a cluster", str(error), "run pip install 'estimation[cluster]'"
        ) from error
    try:
        client: Any = distributed.Client(scheduler, timeout=_CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as error:
        raise EstimationError(
            "the scheduler must answer",
            f"{scheduler}: {type(error).__name__}",
            "start `dask scheduler`, check the address",
        ) from error
    try:
        _check_workers(client)
        with parallel_config(backend="dask", client=client):
            yield
    finally:
        client.close()


def _versions() -> tuple[str, ...]:
    """Versions a result depends on."""
    return (estimation.__version__, *(importlib.metadata.version(name) for name in ("numpy", "scipy")))


def _check_workers(client: Any) -> None:
    """Stop unless there are workers and all compute as this process would."""
    if not client.ncores():
        raise EstimationError("the scheduler must have workers", "none", "start `dask worker ADDRESS`")
    try:
        found = set(client.run(_versions).values())
    except ImportError as error:
        raise EstimationError(
            "every worker must have this package", str(error), "install it in the workers' environment"
        ) from error
    if found != {_versions()}:
        raise EstimationError(
            "every worker must have the same versions of estimation, numpy and scipy",
            f"{sorted(found)} for {_versions()}",
            "install the same lock everywhere",
        )
