"""Write the hashes and sizes of a data folder into its datapackage.json, after a deliberate edit of a table.

Run: python data/rehash.py [FOLDER]. Tables listed in README.md between the codebook marks are written anew too.
"""

import hashlib
import json
import sys
from pathlib import Path

from estimation.evidence.checks.package_text import codebook_text, descriptor_text

MARKS = ("<!-- codebook: written by data/rehash.py -->", "<!-- end of codebook -->")


def rehash(folder: Path) -> None:
    """Refresh datapackage.json, and README.md if it carries the codebook marks."""
    descriptor = folder / "datapackage.json"
    package = json.loads(descriptor.read_text(encoding="utf-8"))
    for resource in package["resources"]:
        content = (folder / resource["path"]).read_bytes()
        resource["hash"] = "sha256:" + hashlib.sha256(content).hexdigest()
        resource["bytes"] = len(content)
    descriptor.write_text(descriptor_text(package), encoding="utf-8", newline="\n")
    readme = folder / "README.md"
    if readme.is_file():
        before, mark, rest = readme.read_text(encoding="utf-8").partition(MARKS[0])
        if mark:
            after = rest.partition(MARKS[1])[2]
            text = f"{before}{mark}\n\n{codebook_text(package)}\n{MARKS[1]}{after}"
            readme.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    rehash(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "public")
