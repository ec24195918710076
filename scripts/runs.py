"""The runs at hand: list them, compare them, delete them.

uv run scripts/runs.py                     list
uv run scripts/runs.py compare a b         the dials that differ, and the final numbers
uv run scripts/runs.py delete a            remove a run's folder
"""

import argparse
import sys
from pathlib import Path

from storylm import runs as at_hand
from storylm.config import runs_path


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="?", default="list", choices=["list", "compare", "delete"])
    parser.add_argument("runs", nargs="*", help="names of runs")
    parser.add_argument("--folder", type=Path, default=Path("runs"))
    parser.add_argument("--yes", action="store_true", help="delete without asking")
    arguments = parser.parse_args()
    homes = [runs_path(name, str(arguments.folder)) for name in arguments.runs]
    try:
        if arguments.what == "list":
            print(at_hand.list_runs(arguments.folder))
        elif arguments.what == "compare":
            print(at_hand.compare_runs(homes))
        elif not homes:
            raise ValueError("deleting needs a run: runs.py delete <run>")
        else:
            for home in homes:
                at_hand.check_run(home)
                sure = arguments.yes or input(f"delete {home}? [y/N] ").strip().lower() == "y"
                print(at_hand.delete_run(home) if sure else f"{home} is kept")
    except (KeyboardInterrupt, EOFError):
        print("\nnothing more is done", file=sys.stderr)
        return 130
    except (ValueError, OSError) as error:
        print(f"runs.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
