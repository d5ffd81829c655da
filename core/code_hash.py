"""A hash of the code that decides the numbers: what one version of it kept, another one doesn't find."""

import functools
import hashlib
from pathlib import Path

CORE = Path(__file__).resolve().parent
DECIDING_CODE = ("pipeline.py", "stages.py", "compression", "data", "embeddings", "models", "training", "vectors")


@functools.cache
def code_hash() -> str:
    """SHA-256 of the sources, as hexadecimal digits."""
    files = [CORE / name for name in DECIDING_CODE]
    sources = [path for file in files for path in ([file] if file.is_file() else file.rglob("*.py"))]
    digest = hashlib.sha256()
    for path in sorted(sources):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
