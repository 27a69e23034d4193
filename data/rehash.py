"""Write the hashes and sizes of a data folder into its datapackage.json, after a deliberate edit of a table.

Run: python data/rehash.py [FOLDER]. Tables listed in README.md between the codebook marks are written anew too.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

MARKS = ("<!-- codebook: written by data/rehash.py -->", "<!-- end of codebook -->")


def compact(package: dict[str, Any]) -> str:
    """JSON with one line for each column and each rule, so that a change of one shows as one line."""
    lines: list[str] = []

    def hold(entries: list[Any]) -> list[str]:
        start = len(lines)
        lines.extend(json.dumps(entry, ensure_ascii=False) for entry in entries)
        return [f"@{place}@" for place in range(start, len(lines))]

    package = json.loads(json.dumps(package))
    for resource in package["resources"]:
        for holder in (resource["schema"], resource):
            for part in ("fields", "foreignKeys", "x-rules"):
                if part in holder:
                    holder[part] = hold(holder[part])
    text = json.dumps(package, indent=1, ensure_ascii=False)
    for place, line in enumerate(lines):
        text = text.replace(f'"@{place}@"', line)
    return text + "\n"


def codebook(package: dict[str, Any]) -> str:
    """Markdown tables of every column: type, unit, meaning."""
    parts = []
    for resource in package["resources"]:
        key = " + ".join(resource["schema"].get("primaryKey", []))
        parts += [f"### {resource['path']}", "", f"{resource['title']}. Key: {key}.", ""]
        parts += ["| column | type | unit | meaning |", "|---|---|---|---|"]
        for field in resource["schema"]["fields"]:
            limits = field.get("constraints", {})
            kind = "code" if "enum" in limits and field["type"] == "string" else field["type"]
            kind += "" if limits.get("required") else ", may be empty"
            meaning = field.get("description", "")
            codes = [str(code) for code in limits.get("enum", [])]
            if 1 < len(codes) <= 10 and "above" not in meaning:
                meaning += f" ({', '.join(codes)})"
            cells = (field["name"], kind, field.get("unit", ""), meaning)
            parts.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        parts.append("")
    return "\n".join(parts)


def rehash(folder: Path) -> None:
    """Refresh datapackage.json, and README.md if it carries the codebook marks."""
    descriptor = folder / "datapackage.json"
    package = json.loads(descriptor.read_text(encoding="utf-8"))
    for resource in package["resources"]:
        content = (folder / resource["path"]).read_bytes()
        resource["hash"] = "sha256:" + hashlib.sha256(content).hexdigest()
        resource["bytes"] = len(content)
    descriptor.write_text(compact(package), encoding="utf-8", newline="\n")
    readme = folder / "README.md"
    if readme.is_file():
        before, mark, rest = readme.read_text(encoding="utf-8").partition(MARKS[0])
        if mark:
            after = rest.partition(MARKS[1])[2]
            text = f"{before}{mark}\n\n{codebook(package)}\n{MARKS[1]}{after}"
            readme.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    rehash(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "public")
