"""The house itself: files, folders, locks and what must never be in them."""

import ast
import csv
import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pandas as pd
import pytest

import estimation
from estimation.report.record import results_folder

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ("errors", "evidence", "model", "challenge", "report", "cli")
LOCKS = sorted(path.name for path in ROOT.glob("requirements*.lock"))
# Written apart, so that this file does not hold what it forbids.
HOSTS = ["pypi" + ".org", "files.python" + "hosted", "conda.ana" + "conda.org", "index-" + "url"]
PERSONAL = {
    *("name", "surname", "first_name", "last_name", "full_name", "id_number", "passport", "phone", "photo", "email"),
    *("date_of_birth", "birth_date", "dob", "address", "sex", "gender", "father", "mother", "spouse", "prisoner"),
}


def tracked() -> list[Path]:
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def texts():
    for path in tracked():
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


# --- what must be there -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    # Design, section 2.
    ["data/public", "estimation", "notebooks", "tests", "tests/reference", "benchmarks", "results"],
)
def test_every_folder_of_the_design_exists_and_holds_something(name):
    assert any(path.is_relative_to(ROOT / name) for path in tracked())


@pytest.mark.parametrize(
    "name",
    [
        *("README.md", "environment.yml", "pyproject.toml", "Makefile", "CITATION.cff", "CHANGELOG.md"),
        *("CONTRIBUTING.md", "LICENSE", "LICENSE-DATA", "data/public/README.md", "data/public/datapackage.json"),
    ],
)
def test_every_file_of_the_design_exists_and_is_not_empty(name):
    assert (ROOT / name).read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("floor", FLOORS)
def test_every_floor_exists(floor):
    assert (ROOT / "estimation" / floor).is_dir() or (ROOT / "estimation" / f"{floor}.py").is_file()


def test_licences_say_which_they_are():
    assert "MIT License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "CC BY 4.0" in (ROOT / "LICENSE-DATA").read_text(encoding="utf-8").replace("-", " ")


def test_one_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == estimation.__version__
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"^version: \"?([^\"\n]+)", citation, re.MULTILINE)[1] == estimation.__version__


# --- locks ------------------------------------------------------------------------------------------------------------


def environment():
    spec = importlib.util.spec_from_file_location("environment", ROOT / "tests" / "environment.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_environment_is_what_the_lock_says():
    assert (ROOT / "environment.yml").read_text(encoding="utf-8") == environment().text()


def test_there_are_locks():
    assert {"requirements.lock", "requirements-dev.lock"} <= set(LOCKS)


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_hold_no_address_and_a_hash_for_every_package(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"https?://|git\+|file:", text)
    packages = [line for line in text.splitlines() if re.match(r"[a-z0-9]", line)]
    assert packages
    for block in re.split(r"\n(?=[a-z0-9])", text.strip()):
        assert re.match(r"[a-z0-9._\[\]-]+==[^\s;]+", block), block[:80]
        assert "--hash=sha256:" in block, block[:80]


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_hold_one_version_of_each_package(lock):
    twice = {name: versions for name, versions in environment().locked(lock).items() if len(versions) > 1}
    assert twice == {}


def test_locks_agree():
    small, large = (environment().locked(name) for name in ("requirements.lock", "requirements-dev.lock"))
    assert {name: version for name, version in small.items() if large.get(name) != version} == {}


def test_what_pyproject_asks_for_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = environment().locked("requirements.lock")
    for requirement in [*project["dependencies"], *project["optional-dependencies"]["notebooks"]]:
        assert re.match(r"[A-Za-z0-9_.-]+", requirement)[0].lower() in locked


# --- what must not be there -------------------------------------------------------------------------------------------


def test_no_file_names_a_package_host():
    found = [f"{path.relative_to(ROOT)}: {host}" for path, text in texts() for host in HOSTS if host in text]
    # The lock target tells its tool to leave addresses out.
    assert [each for each in found if not each.startswith("Makefile: index-")] == []


def test_no_file_names_a_folder_of_somebodys_machine():
    pattern = re.compile(r"(?<![\w.])/(?:home|Users|root|work|tmp)/\w")
    found = [f"{path.relative_to(ROOT)}: {hit[0]}" for path, text in texts() if (hit := pattern.search(text))]
    assert found == []


def test_no_column_about_persons():
    tables = [path for path in tracked() if path.suffix == ".csv"]
    assert tables
    for path in tables:
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        assert PERSONAL.isdisjoint(column.strip().lower() for column in header), path.name


def test_no_table_has_a_row_for_each_person():
    # 22,762 people are on the record behind the rate: no table may be long enough to list them.
    for path in tracked():
        if path.suffix == ".csv" and path.name != "multiverse_specifications.csv":
            with path.open(encoding="utf-8", newline="") as file:
                assert sum(1 for _ in csv.reader(file)) < 10_000, path.name


def test_the_one_long_table_has_a_row_for_each_combination_of_choices():
    read = results_folder.published
    found, options = read("multiverse_specifications.csv"), read("multiverse_options.csv")
    # A row is named by one declared option a choice and nothing else, so that no row can be about a person.
    codes = options.groupby("place", sort=True)["code"].agg(lambda codes: "".join(code[1:] for code in codes))
    pattern = "s" + "".join(f"[{each}]" for each in codes)
    assert found["specification"].str.fullmatch(pattern).all()
    assert found["specification"].is_unique
    numbers = found.columns.drop(["specification", "reliable"])
    assert set(found["reliable"]) <= {"yes", "no"}
    assert all(pd.api.types.is_numeric_dtype(found[name]) for name in numbers)


def test_no_pictures_archives_or_binaries_but_those_written_by_code():
    allowed = {
        *(".py", ".md", ".toml", ".csv", ".json", ".lock", ".yml", ".cff", ".ipynb", ".svg", ".html", ".js", ".css"),
        "",
    }
    # Pictures for print and the baselines they are compared with.
    made = {
        ("results/figures", ".png"),
        ("tests/reference/figures", ".png"),
        ("results/fact_sheet", ".pdf"),
        ("estimation/report/documents/templates", ".typ"),
        # Says that types are declared (PEP 561); it is empty.
        ("estimation", ".typed"),
    }
    others = {(str(path.parent.relative_to(ROOT)), path.suffix) for path in tracked() if path.suffix not in allowed}
    assert others <= made


def test_no_file_is_large():
    assert [path.name for path in tracked() if path.stat().st_size > 5_000_000] == []


# --- code -------------------------------------------------------------------------------------------------------------


def modules() -> list[Path]:
    return sorted((ROOT / "estimation").rglob("*.py"))


def rooms() -> list[Path]:
    """Packages inside the floors that hold modules."""
    found = {path.parent for floor in FLOORS for path in (ROOT / "estimation" / floor).glob("*/*.py")}
    return sorted(folder for folder in found if folder.name != "__pycache__")


def floor_of(name: str) -> int | None:
    parts = name.split(".")
    return FLOORS.index(parts[1]) if len(parts) > 1 and parts[0] == "estimation" and parts[1] in FLOORS else None


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_down_and_only_two_modules_write(path):
    text = path.read_text(encoding="utf-8")
    own = floor_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            target = floor_of(node.module or "")
            if own is not None and target is not None:
                assert target <= own, f"{node.module} lies above"
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called.endswith((".write_text", ".write_bytes", ".to_csv", ".savefig", ".to_parquet", ".to_json")):
                target = ast.unparse(node.args[0]) if node.args else ""
                assert path.name in ("record.py", "page.py") or target == "buffer", f"{called} outside record.py"
            assert called not in ("np.random.seed", "random.seed"), "no global seeds"
            if called.startswith("np.random."):
                assert called in ("np.random.default_rng", "np.random.SeedSequence", "np.random.Generator"), called


def test_no_module_is_named_utils():
    assert [path for path in tracked() if re.search(r"(^|_)(utils?|helpers?|misc)\.py$", path.name)] == []


@pytest.mark.parametrize("floor", ["evidence", "model", "challenge", "report", "cli"])
def test_the_map_of_a_floor_names_each_module_once(floor):
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    shown = text.split(f"\n**{floor}**\n", 1)[1].lstrip().split("\n\n", 1)[0]
    shown_rooms = {}
    for line in shown.splitlines()[2:]:
        room, _, modules = (cell.strip() for cell in line.strip("|").split("|"))
        shown_rooms.setdefault(room.strip("`"), set()).update(re.findall(r"`([a-z_]+)`", modules))
    folder = ROOT / "estimation" / floor
    found = {}
    for path in folder.rglob("*.py"):
        room = path.parent.name if path.parent != folder else ""
        if path.stem != "__init__":
            found.setdefault(room, set()).add(path.stem)
    assert shown_rooms == found, f"CONTRIBUTING.md, the map of {floor}"


@pytest.mark.parametrize("room", rooms(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_room_says_what_it_is_for_and_where_to_begin(room):
    doc = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8")))
    purpose, door = doc.split("\n\n")
    first = re.search(r"`(\w+)", door)[1]
    assert door.startswith("Start at")
    assert (room / f"{first}.py").is_file()
    assert len(purpose) > 40
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert f"| `{room.name}` | {' '.join(purpose.split()).rstrip('.')} | **`{first}`**" in text


@pytest.mark.parametrize("room", rooms(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_room_is_small_enough_to_see_across(room):
    assert len([path for path in room.glob("*.py") if path.stem != "__init__"]) <= 13


def test_front_door_imports_nothing_heavy(tmp_path):
    code = "import sys, estimation.cli; print(sorted({'numpy', 'pandas', 'scipy', 'matplotlib'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout == "[]\n"


def test_public_names_of_the_package():
    assert estimation.fit_areas.__module__ == "estimation.model.fit.transfer"
    with pytest.raises(AttributeError, match="module 'estimation' has no attribute 'fit'"):
        _ = estimation.fit
