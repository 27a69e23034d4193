"""Run every benchmark of this folder, one after another. Usage: python benchmarks/run.py"""

import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def main() -> int:
    """Run each script and print what it prints."""
    for script in sorted(HERE.glob("*_speed.py")):
        sys.stdout.write(f"\n== {script.stem.replace('_', ' ')} ==\n")
        sys.stdout.flush()
        subprocess.run([sys.executable, str(script)], check=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
