"""Fuzz parsers one after the other, each for a while: `python -m fuzz --seconds 600 [PARSER …]`."""

import argparse
import subprocess
import sys
import tempfile

from bench.report import say, versions
from fuzz.parsers import CORPUS, PARSERS

FOUND = CORPUS.parent / "found"
LONGEST_BYTES = 65_536
STUCK_SECONDS = 300  # on the clock, where something blocks without computing; a busy machine isn't taken for that
MEMORY_MB = 4_096


def main() -> None:
    """Fuzz, say what was found, and fail where it was anything."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=int, default=600, help="for each parser")
    arguments.add_argument("parsers", nargs="*", default=list(PARSERS), help=f"out of {', '.join(PARSERS)}")
    chosen = arguments.parse_args()
    unknown = set(chosen.parsers) - set(PARSERS)
    if unknown:
        arguments.error(f"there is no parser {', '.join(sorted(unknown))}")
    say(versions("atheris"))
    failed = [name for name in chosen.parsers if not fuzz(name, chosen.seconds)]
    say(f"{len(chosen.parsers) - len(failed)} of {len(chosen.parsers)} parsers held.")
    if failed:
        sys.exit(f"{', '.join(failed)} did not: what broke them lies in {FOUND}.")


def fuzz(parser: str, seconds: int) -> bool:
    """Whether nothing was found in so many seconds; the last lines are shown."""
    FOUND.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as new:
        options = [f"-max_total_time={seconds}", f"-max_len={LONGEST_BYTES}", f"-timeout={STUCK_SECONDS}"]
        options += [f"-rss_limit_mb={MEMORY_MB}", f"-artifact_prefix={FOUND / parser}-", "-verbosity=1"]
        command = [sys.executable, "-m", "fuzz.harness", parser, *options, new, str(CORPUS / parser)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        lines = done.stdout.strip().splitlines()
        say(f"{parser}: {lines[-1] if lines else 'it said nothing'}")
        if done.returncode:
            say("\n".join(lines[-30:]))
        return done.returncode == 0


if __name__ == "__main__":
    main()
