"""Run every benchmark of this folder, one after another. Usage: python benchmarks/run.py"""

import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
# Programs to compare with that live in an environment of their own.
ELSEWHERE = {"mcmc_speed": HERE.parent / ".venv-mcmc" / "bin" / "python"}


def main() -> int:
    """Run each script and print what it prints."""
    for script in sorted(HERE.glob("*_speed.py")):
        sys.stdout.write(f"\n== {script.stem.replace('_', ' ')} ==\n")
        python = ELSEWHERE.get(script.stem, pathlib.Path(sys.executable))
        if not python.exists():
            sys.stdout.write("not run: it needs .venv-mcmc, which `make crosscheck` builds\n")
            continue
        sys.stdout.flush()
        subprocess.run([str(python), str(script)], check=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
