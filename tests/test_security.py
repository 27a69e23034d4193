"""What strangers send is data: nothing in it is ever run, and nothing is read from where it should not be."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# Run text as code, or load objects that can.
FORBIDDEN_CALLS = {
    *("eval", "exec", "compile", "__import__", "os.system", "os.popen", "os.startfile", "pty.spawn"),
    *("pd.eval", "pd.read_pickle", "pd.read_hdf", "pd.read_html", "pd.read_xml", "pd.read_excel", "np.fromregex"),
    *("pickle.load", "pickle.loads", "marshal.load", "marshal.loads", "shelve.open", "dill.load", "dill.loads"),
    *("joblib.load", "joblib.dump", "Memory", "joblib.Memory", "yaml.load", "yaml.full_load", "yaml.unsafe_load"),
    *("runpy.run_path", "runpy.run_module", "importlib.reload", "tempfile.mktemp"),
}
FORBIDDEN_MODULES = {
    *("pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "yaml", "ctypes", "pty", "runpy", "code"),
    *("zipfile", "tarfile", "shutil.unpack_archive", "urllib", "requests", "httpx", "socket", "http", "ftplib"),
    *("xml", "lxml", "telnetlib", "webbrowser", "smtplib"),
}  # fmt: skip
# Text of these calls is code of pandas; it may be written here, never made from data.
PANDAS_CODE = {"query", "eval"}


# Replaces three characters by their names.
HARMLESS = {"xml.sax.saxutils.escape"}


def outside(name: str) -> bool:
    return bool({name, name.split(".")[0]} & FORBIDDEN_MODULES)


def modules() -> list[Path]:
    return sorted((ROOT / "estimation").rglob("*.py"))


def faults(text: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(text)):
        names = []
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{each.name}" for each in node.names]
        found += [f"imports {name}" for name in names if name not in HARMLESS and outside(name)]
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called in FORBIDDEN_CALLS:
            found.append(f"calls {called}")
        for option in node.keywords:
            if option.arg in ("shell", "allow_pickle") and getattr(option.value, "value", None) is not False:
                found.append(f"{called} with {option.arg}")
        if called in ("np.load", "numpy.load") and not any(each.arg == "allow_pickle" for each in node.keywords):
            found.append(f"{called} without allow_pickle=False")
        method = called.rpartition(".")[2]
        made = bool(node.args) and not isinstance(node.args[0], ast.Constant)
        if method in PANDAS_CODE and "Tree(" not in called and made:
            found.append(f"{called} of a text that is made")
        if method == "import_module" and made and not ast.unparse(node.args[0]).startswith("f'estimation."):
            found.append(f"{called} of a name that is made")
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_runs_text_or_reaches_out(path):
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "code",
    [
        *("eval(x)", "exec(x)", "import pickle", "from yaml import load", "import urllib.request", "pd.read_pickle(x)"),
        *("np.load(x)", "np.load(x, allow_pickle=True)", "subprocess.run(x, shell=True)", "frame.query(f'a == {x}')"),
        *("joblib.load(x)", "import zipfile", "frame.eval(x)", "importlib.import_module(x)", "os.system(x)"),
    ],
)  # fmt: skip
def test_the_check_sees_what_it_forbids(code):
    assert faults(code)


def test_the_check_lets_plain_code_pass():
    assert faults("frame.query('a == 1')\nsubprocess.run(words)\nnp.load(x, allow_pickle=False)\nimport re") == []


def test_notebooks_run_no_text_of_the_data_and_no_shell():
    found = [
        f"{path.name}: {fault}"
        for path in sorted((ROOT / "notebooks").glob("*.py"))
        for fault in faults(path.read_text(encoding="utf-8"))
        if path.name != "build.py"
    ]
    found += [
        path.name
        for path in sorted((ROOT / "notebooks").glob("*.py"))
        if re.search(r"^# *(!|%[a-z])|get_ipython", path.read_text(encoding="utf-8"), re.MULTILINE)
        and path.name != "build.py"
    ]
    assert found == []


def test_programs_are_started_by_the_modules_that_say_so():
    starts = [
        str(path.relative_to(ROOT))
        for path in modules()
        if re.search(r"\b(subprocess|os\.(exec|spawn|fork))", path.read_text(encoding="utf-8"))
    ]
    assert starts == []
