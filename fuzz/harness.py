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

    def try_once(content: bytes) -> None:
        started = time.process_time()
        attempt(parser, content)
        seconds = time.process_time() - started
        if seconds > HANG_SECONDS:
            raise TimeoutError(f"{parser}: {seconds:.1f} s for {len(content):,} bytes")

    attempt(parser, b"")  # what is loaded on first use isn't the first input's time
    atheris.Setup(sys.argv, try_once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
