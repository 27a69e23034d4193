"""What describes the project to machines: written by code, read back by other people's programs."""

import importlib.util
import json
import re
import shutil
from pathlib import Path

import pytest
import yaml
from rocrate.rocrate import ROCrate
from rocrate.vocabs import term_to_uri

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("codemeta.json", "ro-crate-metadata.json")


@pytest.fixture(scope="module")
def writer():
    spec = importlib.util.spec_from_file_location("metadata", ROOT / "release" / "metadata.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def copy(tmp_path) -> Path:
    (tmp_path / "data" / "public").mkdir(parents=True)
    for name in ("pyproject.toml", "CITATION.cff", "data/public/datapackage.json"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.fixture(scope="module")
def crate() -> ROCrate:
    return ROCrate(ROOT)


@pytest.mark.parametrize("name", NAMES)
def test_committed_is_what_its_sources_say(writer, name):
    assert (ROOT / name).read_text(encoding="utf-8") == writer.files()[name], f"{name}: run make metadata"


@pytest.mark.parametrize(
    ("source", "old", "new"),
    [
        ("pyproject.toml", "What a detention rate", "What else a detention rate"),
        ("CITATION.cff", "small area estimation", "areas"),
        ("data/public/datapackage.json", "One row for each document", "Documents"),
    ],
)
def test_a_change_of_a_source_changes_what_is_written(writer, copy, source, old, new):
    before = writer.files(copy)
    path = copy / source
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    assert writer.files(copy) != before


def test_versions_that_differ_are_refused(writer, copy):
    path = copy / "CITATION.cff"
    path.write_text(path.read_text(encoding="utf-8").replace("version: 0.1.0", "version: 0.2.0"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"one version everywhere; got .*'CITATION.cff': '0.2.0'"):
        writer.files(copy)


def test_the_crate_reads_back_and_points_at_what_is_there(crate):
    for entity in crate.data_entities:
        assert (ROOT / entity.id).exists(), entity.id
        assert entity.type == ("Dataset" if entity.id.endswith("/") else "File")
    assert {"data/public/", "results/estimates.csv", "requirements.lock"} <= {each.id for each in crate.data_entities}


def test_the_crate_states_what_the_specification_requires(crate):
    # RO-Crate 1.2, "Root Data Entity": name, description, datePublished and license are required.
    for required in ("name", "description", "datePublished", "license"):
        assert crate.root_dataset[required]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", crate.root_dataset["datePublished"])
    assert crate.metadata["conformsTo"] in ("https://w3id.org/ro/crate/1.2", {"@id": "https://w3id.org/ro/crate/1.2"})


def test_the_crate_uses_only_defined_terms_and_ids():
    graph = json.loads((ROOT / "ro-crate-metadata.json").read_text(encoding="utf-8"))["@graph"]
    known = {entity["@id"] for entity in graph}
    for entity in graph:
        for term, value in entity.items():
            if not term.startswith("@"):
                assert term_to_uri(term)
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, dict):
                    assert each["@id"] in known or each["@id"].startswith("https://w3id.org/ro/crate/")


def test_hashes_of_the_tables_are_those_of_the_package(crate):
    package = json.loads((ROOT / "data" / "public" / "datapackage.json").read_text(encoding="utf-8"))
    for table in package["resources"]:
        entity = crate.dereference(f"data/public/{table['path']}")
        assert "sha256:" + entity["sha256"] == table["hash"]


def test_citation_has_what_its_format_requires():
    # CFF 1.2.0, required keys and patterns; `make release` validates against the whole schema.
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert citation["message"].strip()
    assert citation["title"].strip()
    assert citation["type"] in ("software", "dataset")
    assert all(author.get("name") or author.get("family-names") for author in citation["authors"])
    assert re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", citation["date-released"])
    assert set(citation["license"]) == {"MIT", "CC-BY-4.0"}
