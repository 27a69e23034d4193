import mutant_tests
import pytest

libcst = pytest.importorskip("libcst", reason="comes with mutmut")
mutation = pytest.importorskip("mutation", reason="mutmut forks, and is not on every system", exc_type=ImportError)


def test_lines_of_a_diff():
    diff = "--- a.py\n+++ a.py\n@@ -1,3 +1,3 @@\n def f(x):\n-    return x + 1\n+    return x - 1\n"
    assert mutation.changed(diff) == ("return x + 1", "return x - 1")


def test_functions_and_methods_have_the_names_of_the_code():
    assert mutation.function_of("estimation.model.bounds.x__share__mutmut_12") == "_share"
    assert mutation.function_of("estimation.model.case.xǁCaseǁcolumn__mutmut_1") == "Case.column"


def test_words_of_errors_and_strict_are_spared():
    code = """
def f(a, b):
    require(a > 0, "a must be above 0", a + 1, "give more")
    if b:
        raise EstimationError("no b", b + 1, "leave b out")
    return [x * y for x, y in zip(a, b, strict=True)]
"""
    _, mutations, *_ = mutation.without_spared("f.py", code)
    changed = {(as_text(each.original_node), as_text(each.mutated_node)) for each in mutations}
    assert (" > 0", " >= 0") in changed
    assert ("x * y", "x / y") in changed
    assert not any("strict=False" in after or "b - 1" in after or "a - 1" in after for _, after in changed)
    assert not any("XX" in after for _, after in changed)


def as_text(node):
    return libcst.Module([]).code_for_node(node)


def test_the_sample_is_a_share_of_each_module_and_always_the_same():
    names = [f"x_f__mutmut_{number}" for number in range(50)]
    chosen = mutation.sample(names, "model/a.py")
    # 50 in twelves, rounded up.
    assert len(set(chosen)) == 5
    assert chosen == mutation.sample(names[::-1], "model/a.py")
    assert chosen != mutation.sample(names, "model/b.py")


def test_a_mutant_meets_the_quickest_tests_that_fit_into_the_budget(monkeypatch):
    monkeypatch.setattr(mutant_tests, "_own", {"a": 0.5, "b": 2.0, "c": 1.0, "d": 5.5})
    monkeypatch.setattr(mutant_tests, "_fixtures", {"run": 2.5})
    monkeypatch.setattr(mutant_tests, "_needs", {"b": {"run"}, "c": {"run"}})
    # By hand: 0.5, then 1 + 2.5, then 2 for the run is there already, 6 in all; 5.5 more would be 11.5, above 10.
    assert mutant_tests.within_budget({"a", "b", "c", "d"}) == {"a", "b", "c"}
    monkeypatch.setattr(mutant_tests, "_own", {"d": 30.0})
    assert mutant_tests.within_budget({"d"}) == {"d"}
