"""Write codemeta.json and ro-crate-metadata.json from pyproject.toml, CITATION.cff and the data package.

Those three files are edited by hand, these two never: a test compares them with `files()`.
Run: python release/metadata.py
"""

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import yaml
from rocrate.rocrate import ROCrate

ROOT = Path(__file__).resolve().parents[1]
DATA = "data/public"
SPDX = "https://spdx.org/licenses/"
# Of results/ only what always stands for itself: its other files are listed, with hashes, in run.json.
PARTS = {
    "README.md": ("The answer, its condition, and how to run everything again", "text/markdown"),
    "CHANGELOG.md": ("When and why the answer moved", "text/markdown"),
    "pyproject.toml": ("What the library needs", "application/toml"),
    "requirements.lock": ("Exact packages, with hashes, that the results were computed with", "text/plain"),
    "LICENSE": ("Terms of the code", "text/plain"),
    "LICENSE-DATA": ("Terms of tables, text and pictures", "text/plain"),
    "CITATION.cff": ("How to cite", "application/yaml"),
    "codemeta.json": ("Description of the code", "application/ld+json"),
    "results/estimates.csv": ("The answer: every scope, rung and level", "text/csv"),
    "results/run.json": ("What the results were computed from, and their hashes", "application/json"),
}
FOLDERS = {
    "estimation": "The library",
    "notebooks": "The argument, one question each, executed",
    "results": "The answer as data, written by code only",
    "tests": "Tests, and reference values from other programs with their recipes",
}


def sources(root: Path = ROOT) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The three files edited by hand: project table, citation, data package."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    package = json.loads((root / DATA / "datapackage.json").read_text(encoding="utf-8"))
    versions = {"pyproject.toml": project["version"], "CITATION.cff": citation["version"], DATA: package["version"]}
    if len({str(version) for version in versions.values()}) > 1:
        raise ValueError(f"one version everywhere; got {versions}. Do this: write the same in all three")
    return project, citation, package


def codemeta(project: dict[str, Any], citation: dict[str, Any], package: dict[str, Any]) -> dict[str, Any]:
    """The code, in the terms of CodeMeta 3.0."""
    return {
        "@context": "https://w3id.org/codemeta/3.0",
        "@type": "SoftwareSourceCode",
        "name": project["name"],
        "description": project["description"],
        "version": project["version"],
        "datePublished": citation["date-released"],
        "license": SPDX + project["license"],
        "author": [{"@type": "Organization", "name": author["name"]} for author in citation["authors"]],
        "keywords": citation["keywords"],
        "programmingLanguage": {"@type": "ComputerLanguage", "name": "Python"},
        "runtimePlatform": f"Python {project['requires-python']}",
        "softwareRequirements": project["dependencies"],
        "supportingData": {
            "@type": "Dataset",
            "name": package["name"],
            "description": f"{package['title']}. {package['description']}",
            "version": package["version"],
        },
        "readme": "README.md",
    }


def crate(project: dict[str, Any], citation: dict[str, Any], package: dict[str, Any]) -> dict[str, Any]:
    """The whole folder as a research object, in the terms of RO-Crate 1.2."""
    made = ROCrate(version="1.2")
    root = made.root_dataset
    root["name"] = citation["title"]
    root["description"] = " ".join(citation["abstract"].split())
    root["version"] = project["version"]
    root["datePublished"] = citation["date-released"]
    root["keywords"] = citation["keywords"]
    terms = [
        {"@id": SPDX + name, "@type": "CreativeWork", "name": name, "identifier": name} for name in citation["license"]
    ]
    root["license"] = [made.add_jsonld(each) for each in terms]
    root["author"] = [
        made.add_jsonld({"@id": f"#author-{number}", "@type": "Organization", "name": author["name"]})
        for number, author in enumerate(citation["authors"], start=1)
    ]
    for name, (title, form) in PARTS.items():
        made.add_file(dest_path=name, properties={"name": title, "encodingFormat": form})
    for name, title in FOLDERS.items():
        made.add_dataset(dest_path=f"{name}/", properties={"name": title})
    tables = [
        made.add_file(
            dest_path=f"{DATA}/{table['path']}",
            properties={
                "name": table["title"],
                "encodingFormat": table["mediatype"],
                "contentSize": str(table["bytes"]),
                "sha256": table["hash"].removeprefix("sha256:"),
            },
        )
        for table in package["resources"]
    ]
    form = {"name": "Schema of the tables (Frictionless)", "encodingFormat": "application/json"}
    tables.append(made.add_file(dest_path=f"{DATA}/datapackage.json", properties=form))
    data = made.add_dataset(dest_path=f"{DATA}/", properties={"name": package["title"]})
    data["description"] = package["description"]
    data["license"] = made.dereference("LICENSE-DATA")
    data["hasPart"] = tables
    made.dereference("results/")["isBasedOn"] = data
    return dict(made.metadata.generate())


def files(root: Path = ROOT) -> dict[str, str]:
    """The two files as they must be."""
    parts = sources(root)
    written = {"codemeta.json": codemeta(*parts), "ro-crate-metadata.json": crate(*parts)}
    return {name: json.dumps(each, indent=1, ensure_ascii=False) + "\n" for name, each in written.items()}


if __name__ == "__main__":
    for name, text in files().items():
        (ROOT / name).write_text(text, encoding="utf-8", newline="\n")
        sys.stdout.write(f"written {name}\n")
