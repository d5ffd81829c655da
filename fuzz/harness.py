"""Fuzz one parser with libFuzzer's own options: `python -m fuzz.harness PARSER [OPTIONS] [FOLDERS]`."""

import sys
import time

import atheris

with atheris.instrument_imports(include=["core"]):
    from fuzz.parsers import attempt

HANG_SECONDS = 1.0  # of the processor's time, so that a busy machine isn't taken for a hang


def main() -> None:
    """Feed the parser until libFuzzer has enough; an exception ends it and leaves the input behind."""
    parser = sys.argv.pop(1)

    def seconds_for(content: bytes) -> float:
        started = time.process_time()
        attempt(parser, content)
        return time.process_time() - started

    def try_once(content: bytes) -> None:
        # Twice, because what a library loads on first use isn't this input's time.
        if seconds_for(content) > HANG_SECONDS and (seconds := seconds_for(content)) > HANG_SECONDS:
            raise TimeoutError(f"{parser}: {seconds:.1f} s for {len(content):,} bytes")

    atheris.Setup(sys.argv, try_once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
