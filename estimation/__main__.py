"""Run the command line with `python -m estimation`."""

from estimation.cli import main

if __name__ == "__main__":
    main()
