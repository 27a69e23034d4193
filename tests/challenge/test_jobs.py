import sys

import numpy as np
import pytest
import small_cluster
from hypothesis import given
from hypothesis import strategies as st

from estimation.challenge import jobs
from estimation.challenge.jobs import Task, run, stream
from estimation.errors import EstimationError, UnreliableError


def refuse(rng):
    raise UnreliableError("the rule", 7, "the remedy")


def draw(rng):
    return float(rng.standard_normal())


def tasks(count: int, seconds: float = 0.0) -> list[Task]:
    return [Task(f"task {number}", small_cluster.slow_draw, {"seconds": seconds}) for number in range(count)]


@given(st.integers(0, 2**63), st.text(max_size=20))
def test_a_stream_depends_on_seed_and_key_alone(seed, key):
    assert stream(seed, key).random() == stream(seed, key).random()
    assert stream(seed, key).random() != stream(seed, key + "x").random()
    assert stream(seed, key).random() != stream(seed + 1, key).random()


def test_results_come_in_the_order_of_the_tasks_whatever_the_order_of_work():
    some = [Task(str(number), draw, {}) for number in range(6)]
    forward = run(some, seed=3, jobs=1)
    assert run(some[::-1], seed=3, jobs=1) == forward[::-1]
    assert forward == [float(stream(3, str(number)).standard_normal()) for number in range(6)]


def test_processes_change_nothing():
    some = [Task(str(number), np.random.Generator.standard_normal, {"size": 3}) for number in range(5)]
    done: list[int] = []
    np.testing.assert_array_equal(run(some, seed=3, jobs=2, progress=done.append), run(some, seed=3, jobs=1))
    assert done == [1] * 5


def test_two_tasks_of_one_key_are_refused():
    with pytest.raises(EstimationError, match="every task needs a key of its own; got 'a'"):
        run([Task("a", draw, {}), Task("b", draw, {}), Task("a", draw, {})], seed=1, jobs=1)


@pytest.mark.parametrize("number", [1, 2])
def test_a_task_that_refuses_says_so_from_any_process(number):
    with pytest.raises(UnreliableError, match=r"the rule; got 7 \(task a\)\. Do this: the remedy"):
        run([Task("a", refuse, {})], seed=1, jobs=number)


def test_a_scheduler_without_the_packages_is_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(EstimationError, match="a scheduler needs the packages of a cluster"):
        run(tasks(1), seed=1, scheduler="tcp://127.0.0.1:9")


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://x"])
def test_a_scheduler_that_does_not_answer_is_refused(monkeypatch, address):
    monkeypatch.setattr(jobs, "_CONNECT_SECONDS", 0.5)
    with pytest.raises(EstimationError, match="the scheduler must answer"):
        run(tasks(1), seed=1, scheduler=address)


@pytest.mark.filterwarnings("default")
def test_a_scheduler_without_workers_is_refused(tmp_path):
    with (
        small_cluster.cluster(tmp_path, 0) as (address, _),
        pytest.raises(EstimationError, match="the scheduler must have workers; got none"),
    ):
        run(tasks(1), seed=1, scheduler=address)


class FakeClient:
    """What `_check_workers` asks of a client."""

    def __init__(self, answer):
        self.answer = answer

    def ncores(self):
        return {"worker": 1}

    def run(self, function):
        if isinstance(self.answer, Exception):
            raise self.answer
        return {"worker": self.answer}


def test_workers_without_the_package_or_with_another_are_refused():
    with pytest.raises(EstimationError, match="every worker must have this package; got no estimation"):
        jobs._check_workers(FakeClient(ModuleNotFoundError("no estimation")))
    with pytest.raises(EstimationError, match="every worker must have the same versions"):
        jobs._check_workers(FakeClient(("0", "0", "0")))
    jobs._check_workers(FakeClient(jobs._versions()))


# What the cluster's packages warn of when a worker is lost is theirs.
@pytest.mark.filterwarnings("default")
def test_a_worker_killed_in_mid_run_costs_no_result(tmp_path):
    some = tasks(24, seconds=0.25)
    here = [number for number, _ in run(tasks(24), seed=5, jobs=1)]
    with small_cluster.cluster(tmp_path, 3) as (address, workers):
        wait_for(address, 3)
        done: list[int] = []

        def kill_one(step: int) -> None:
            done.append(step)
            if len(done) == 4:
                workers[0].kill()

        found = run(some, seed=5, scheduler=address, progress=kill_one)
        assert workers[0].wait() != 0
    assert [number for number, _ in found] == here  # the same bits
    who = {process for _, process in found}
    assert len(done) == 24
    assert len(who) >= 2, "the work was spread"


def wait_for(address: str, workers: int) -> None:
    import distributed

    client = distributed.Client(address, set_as_default=False)
    try:
        client.wait_for_workers(workers, timeout=120)
    finally:
        client.close()
