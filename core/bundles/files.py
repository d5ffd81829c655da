"""The files of a bundle, in a folder or in a zip. What is read may be hostile, and nothing is unpacked to the disk."""

import io
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from core.atomic import atomic_file
from core.errors import BundleError
from core.output import output_file, write_output, writing

WEIGHTS, CONFIG, VOCABULARY = "model.safetensors", "config.json", "vocabulary.txt"
CARD, SCRIPT, ONNX = "README.md", "predict.py", "model.onnx"
REQUIRED = (WEIGHTS, CONFIG, VOCABULARY, CARD, SCRIPT)
KNOWN = (*REQUIRED, ONNX)
STORED = (WEIGHTS, ONNX)  # numbers hardly shrink; texts are deflated

MOST_BYTES = 4 << 30  # of all files together
MOST_SMALL_BYTES = 4 << 20  # of config.json, the card and the script; 1,000 classes of 200 characters take 2.4 MB
MOST_RATIO = 100  # of a member's size to its packed size; texts reach about 10
ENCRYPTED = 1
READABLE = 0o644
EPOCH = (1980, 1, 1, 0, 0, 0)  # so that equal files make equal zips

Files = Mapping[str, bytes]


def read_files(path: Path) -> dict[str, bytes]:
    """The bundle's files by name, from the folder or the zip `path`.

    Raises:
        BundleError: when it is neither, lacks a file, or has one that no bundle has.
    """
    try:
        if path.is_dir():
            return _read_folder(path)
        with zipfile.ZipFile(path) as archive:
            return _read_zip(path, archive)
    except FileNotFoundError:
        raise BundleError(f"{path}: there is no such bundle; give a bundle's folder or its zip.") from None
    except (zipfile.BadZipFile, UnicodeDecodeError) as error:  # the second for names that aren't what they say they are
        raise BundleError(f"{path} isn't a whole zip ({error}); give a bundle's folder or its zip.") from None
    except (OSError, EOFError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise BundleError(f"{path} can't be read ({error}); export it again.") from None


def _read_folder(folder: Path) -> dict[str, bytes]:
    sizes = {}
    for name in KNOWN:
        found = (folder / name).lstat() if (folder / name).is_symlink() or (folder / name).exists() else None
        if found is None:
            continue
        if not stat.S_ISREG(found.st_mode):
            raise BundleError(f"{folder / name} isn't a plain file; put the file itself there.")
        sizes[name] = found.st_size
    _check(folder, sizes)
    return {name: (folder / name).read_bytes() for name in sizes}


def _read_zip(path: Path, archive: zipfile.ZipFile) -> dict[str, bytes]:
    sizes: dict[str, int] = {}
    for member in archive.infolist():
        name = member.filename
        if name not in KNOWN or name in sizes:
            raise BundleError(f"{path} has the member {name!r}, which no bundle has; zip the bundle's files alone.")
        mode = member.external_attr >> 16
        if mode and stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
            raise BundleError(f"{path}: {name} isn't a plain file; zip the bundle's files themselves.")
        if member.flag_bits & ENCRYPTED:
            raise BundleError(f"{path}: {name} is encrypted; zip it without a password.")
        if member.file_size > MOST_RATIO * max(1, member.compress_size):
            raise BundleError(
                f"{path}: {name} would unpack to {member.file_size:,} bytes, over {MOST_RATIO} times "
                "what is there; export it again."
            )
        sizes[name] = member.file_size
    _check(path, sizes)
    return {name: archive.read(name) for name in sizes}  # reads no further than the sizes checked above


def _check(path: Path, sizes: Mapping[str, int]) -> None:
    for name in REQUIRED:
        if name not in sizes:
            raise BundleError(f"{path}: {name} is missing; export the bundle again.")
    for name in (CONFIG, CARD, SCRIPT):
        if sizes[name] > MOST_SMALL_BYTES:
            raise BundleError(f"{path}: {name} has {sizes[name]:,} bytes, and {MOST_SMALL_BYTES:,} are allowed.")
    if sum(sizes.values()) > MOST_BYTES:
        raise BundleError(f"{path} holds {sum(sizes.values()):,} bytes, and {MOST_BYTES:,} are allowed.")


def write_files(target: Path, files: Files) -> None:
    """Write `files` to the new folder `target`, or to the new zip where it ends in .zip; whole or not at all.

    Raises:
        OutputError: when `target` exists already, its folder doesn't or can't be written, or the disk is full.
    """
    output_file(target, new=True)
    if target.suffix.lower() == ".zip":
        write_output(target, zipped(files))
        return
    parent = target.absolute().parent
    with writing(target), tempfile.TemporaryDirectory(dir=parent, prefix=f".{target.name}-") as beside:
        folder = Path(beside) / target.name
        folder.mkdir()
        for name, content in files.items():
            with atomic_file(folder / name) as file:
                file.write(content)
        folder.rename(target)


def zipped(files: Files) -> bytes:
    """A zip of `files`; equal files give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            member = zipfile.ZipInfo(name, EPOCH)
            member.external_attr = (stat.S_IFREG | READABLE) << 16
            member.compress_type = zipfile.ZIP_STORED if name in STORED else zipfile.ZIP_DEFLATED
            archive.writestr(member, content)
    return buffer.getvalue()
