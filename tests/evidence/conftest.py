import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from small_folder import Case

ROOT = Path(__file__).parents[2]


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


@pytest.fixture(scope="session")
def rehash_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("rehash", ROOT / "data" / "rehash.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
