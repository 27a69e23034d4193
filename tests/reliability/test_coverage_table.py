import coverage_table


def summary(lines, lines_run, branches, branches_run):
    keys = ("num_statements", "covered_lines", "num_branches", "covered_branches")
    return {"summary": dict(zip(keys, (lines, lines_run, branches, branches_run), strict=True))}


def test_files_are_added_up_by_floor_and_empty_ones_left_out():
    files = {
        "/x/estimation/model/a.py": summary(10, 9, 4, 2),
        "/x/estimation/model/b.py": summary(30, 30, 0, 0),
        "/x/estimation/cli/inputs.py": summary(5, 5, 0, 0),
        "/x/estimation/report/__init__.py": summary(0, 0, 0, 0),
    }
    table = coverage_table.by_floor(files).set_index("floor")
    assert set(table.index) == {"model", "cli", "all"}
    # Derivation: 39 of 40 lines and 2 of 4 branches; no branch at all counts as run.
    assert table.loc["model", ["lines_share", "branches_share"]].tolist() == [0.975, 0.5]
    assert table.loc["cli", "branches_share"] == 1.0
    assert table.loc["all", ["files", "lines", "lines_run"]].tolist() == [3, 45, 44]
