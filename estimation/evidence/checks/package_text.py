"""A data package in writing: its descriptor as JSON with a line a column, and its codebook as Markdown tables."""

import json
from typing import Any


def descriptor_text(package: dict[str, Any]) -> str:
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


def codebook_text(package: dict[str, Any]) -> str:
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
