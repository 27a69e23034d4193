"""Locked packages against the advisory database. Usage: python tests/reliability/audit.py

It fails for a known vulnerability, never for want of a network; what could not be asked about is counted and said.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def audit(lock: Path) -> tuple[int, list[str], list[str]]:
    """Packages asked about, those that could not be, and advisories found."""
    words = ["pip_audit", "--disable-pip", "--progress-spinner=off", "--format=json", "--timeout=15", "-r", str(lock)]
    done = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except ValueError:
        return 0, [f"all: {done.stderr.strip().splitlines()[-1][:200] if done.stderr.strip() else 'no answer'}"], []
    skipped = [each["name"] for each in packages if "skip_reason" in each]
    found = [
        f"{each['name']} {each['version']}: {advice['id']}" for each in packages for advice in each.get("vulns", [])
    ]
    return len(packages) - len(skipped), skipped, found


def main() -> int:
    """Ask about every lock; 1 if an advisory is found."""
    failed = 0
    for lock in sorted(ROOT.glob("requirements*.lock")):
        asked, skipped, found = audit(lock)
        failed += len(found)
        if not asked:
            print(f"{lock.name}: NOT AUDITED, the advisory database could not be reached")
        else:
            print(f"{lock.name}: {asked} packages asked about, {len(skipped)} unknown, {len(found)} advisories")
        for line in found:
            print(f"  {line}")
    return int(failed > 0)


if __name__ == "__main__":
    raise SystemExit(main())
