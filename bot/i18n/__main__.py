"""`python -m bot.i18n update` takes new sentences into the catalogues; `check` says what lacks."""

from __future__ import annotations

import argparse
import sys

from bot.i18n.files import Files


def main(argv: list[str] | None = None, files: Files | None = None) -> int:
    """Run one of the two; 1 if the check finds anything."""
    parser = argparse.ArgumentParser(prog="python -m bot.i18n", description=__doc__)
    parser.add_argument("what", choices=("update", "check"))
    files = files or Files()
    if parser.parse_args(argv).what == "update":
        files.update()
        return 0
    problems = files.check()
    sys.stdout.writelines(f"{problem}\n" for problem in problems)
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
