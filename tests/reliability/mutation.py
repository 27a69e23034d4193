"""Mutants of the model and what the tests made of them: build/mutation/verdicts.csv, read by mutants_table.py.

Usage: python tests/reliability/mutation.py [FOLDER]

mutmut changes one expression of the model at a time. A sample of these mutants, a fixed share of each module's drawn
with a fixed seed, meets the tests that reach the changed function, up to the first failure (mutant_tests.py). The
engine of the fit is left out, for within its tolerances many small changes do no harm. So are decorated functions,
which mutmut leaves alone, and the words of errors, which tests match by their beginning. Nothing of the library may be
imported here, so that tests find the mutated copy.
"""

import os
import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import libcst as cst
import pandas as pd
from mutmut.mutation import diff_apply, file_mutation
from mutmut.mutation.data import SourceFileMutationData
from mutmut.state import state
from mutmut.stats import status_by_exit_code

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "mutation"
COPIED = ("estimation", "tests", "data", "results", "pyproject.toml")
ONE_IN = 12
"""One in so many mutants of each module is tried."""
SEED = 20_171_018
# Place of the first argument that is words, in calls that raise.
WORDS = dict.fromkeys(("EstimationError", "AssumptionError", "EstimandError", "UnreliableError"), 0)
WORDS |= {"require": 1, "_refuse": -2}

_create_mutations = file_mutation.create_mutations


def sample(names: list[str], module: str) -> list[str]:
    """Mutants of one module that are tried."""
    count = -(-len(names) // ONE_IN)
    return sorted(random.Random(f"{SEED} {module}").sample(sorted(names), count))


def without_spared(*arguments: Any) -> Any:
    """As mutmut's own function, but without mutants of what is spared."""
    module, mutations, *rest = _create_mutations(*arguments)
    spared = {id(each) for node in file_mutation._walk(module) for each in _within(_spared(node))}
    kept = [each for each in mutations if id(each.original_node) not in spared and not _only_spared(each)]
    return module, kept, *rest


def _spared(node: cst.CSTNode) -> list[cst.Arg]:
    """Arguments of a call that are not mutated: words of errors, and the guard `strict` of zip."""
    if not (isinstance(node, cst.Call) and isinstance(node.func, cst.Name)):
        return []
    if node.func.value in WORDS:
        return list(node.args[WORDS[node.func.value] :])
    return [each for each in node.args if each.keyword is not None and each.keyword.value == "strict"]


def _within(arguments: list[cst.Arg]) -> Iterator[cst.CSTNode]:
    for argument in arguments:
        yield from file_mutation._walk(argument)


def _only_spared(mutation: Any) -> bool:
    """Whether a call is the same but for arguments that are spared."""
    spared = {id(each) for each in _spared(mutation.original_node)}
    if not spared or not isinstance(mutation.mutated_node, cst.Call):
        return False
    left = {id(each) for each in mutation.mutated_node.args}
    return all(id(each) in left for each in mutation.original_node.args if id(each) not in spared)


def changed(diff: str) -> tuple[str, str]:
    """Lines that a mutant takes away and puts in, each side as one text."""
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++"))]
    before, after = (" ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")
    return before, after


def function_of(mutant: str) -> str:
    """The function, or class and method, that a mutant is of: `package.module.x_name__mutmut_1`, `xǁClassǁname`."""
    name = mutant.rpartition(".")[2].partition("__mutmut_")[0]
    return name[2:].replace("ǁ", ".")


def verdicts(data: dict[str, SourceFileMutationData], tried: set[str]) -> pd.DataFrame:
    """One row per mutant: module, function, whether it was tried, the lines before and after, what became of it."""
    rows = []
    for name, each in sorted(data.items()):
        module = Path(name).relative_to("estimation").as_posix()
        for mutant, code in each.exit_code_by_key.items():
            status = status_by_exit_code[code] if mutant in tried else "not tried"
            shown = status not in ("killed", "not tried")
            lines = changed(diff_apply.get_diff_for_mutant(mutant, path=Path(name))) if shown else ("", "")
            rows.append((module, function_of(mutant), mutant, *lines, status))
    return pd.DataFrame(rows, columns=["module", "function", "mutant", "before", "after", "status"])


def main() -> None:
    """Make the mutants in a folder of their own, try the sample, and write verdicts."""
    folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in COPIED:
        (folder / name).symlink_to(ROOT / name)
    os.chdir(folder)
    file_mutation.create_mutations = without_spared
    # Here, for these set how processes start and read the settings of the folder.
    from mutmut import __main__ as mutmut
    from mutmut.workers import isolation

    processes = os.cpu_count() or 1
    mutmut.copy_src_dir()
    mutmut.create_mutants(processes)
    _, data = mutmut.collect_source_file_mutation_data(mutant_names=())
    tried = [each for name, module in data.items() for each in sample(list(module.exit_code_by_key), name)]
    collect = mutmut.collect_or_load_stats

    def collect_within_budget(*arguments: Any, **named: Any) -> None:
        collect(*arguments, **named)
        from mutant_tests import cost, within_budget  # here, for pytest imports its plugin itself

        reached, taken = state().tests_by_mangled_function_name, state().duration_by_test
        taken.update({test: cost(test) for test in taken})
        reached.update({function: within_budget(tests) for function, tests in reached.items()})
        # All tests have just passed on the code as it is; mutmut would run them once more.
        mutmut.tests_for_mutant_names = lambda _: {min(taken, key=taken.__getitem__)}

    mutmut.collect_or_load_stats = collect_within_budget
    # On a busy machine a test may take long and still end: only processor time is limited.
    isolation.register_timeout = lambda **_: None
    mutmut._run(tried, processes)
    _, data = mutmut.collect_source_file_mutation_data(mutant_names=())
    verdicts(data, set(tried)).to_csv(folder / "verdicts.csv", index=False)


if __name__ == "__main__":
    main()
