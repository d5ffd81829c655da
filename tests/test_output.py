"""What the user asked for as a file: refused before the work, written whole, readable by whom the umask lets."""

import errno
import os
import stat

import pytest

from core.cli import main
from core.errors import OutputError
from core.output import output_file, write_output

REFUSED = {
    ".": "is a folder; give another path.",
    "pipe": "is no plain file; give another path.",
    "nowhere/found.json": "the folder doesn't exist; make it first.",
    "n" * 300: "can't be written (File name too long)",
}


@pytest.mark.parametrize(
    ("arguments", "work"),
    [
        (["run"], "core.commands.run.RunStore"),
        (["sweep"], "core.commands.sweep.SweepStore"),
        (["search", "--most-points", "1"], "core.commands.search.search"),
        (["profile", "nothing"], "core.commands.profile.RunStore"),
    ],
)
def test_json_is_refused_before_any_work(arguments, work, tmp_path, monkeypatch, capsys):
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setattr(work, lambda *_, **__: pytest.fail("it began"))
    for where, sentence in REFUSED.items():
        assert main([*arguments, "--json", str(tmp_path / where)]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("Error: ")
        assert sentence in line


def test_a_folder_that_cannot_be_written_is_refused_first(tmp_path, monkeypatch):
    def forbidden(**_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", forbidden)
    with pytest.raises(OutputError, match=r"found\.json can't be written \(Permission denied\).*give another path"):
        output_file(tmp_path / "found.json")


def test_what_is_there_is_replaced_unless_it_must_be_new(tmp_path):
    path = tmp_path / "found.json"
    path.write_bytes(b"old")
    write_output(output_file(str(path)), b"new")
    assert path.read_bytes() == b"new"
    with pytest.raises(OutputError, match="exists already"):
        output_file(path, new=True)
    assert list(tmp_path.iterdir()) == [path], "looking leaves nothing behind"


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_the_umask_says_who_reads_it(umask, mode, tmp_path):
    before = os.umask(umask)
    try:
        write_output(tmp_path / "found.json", b"{}")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "found.json").stat().st_mode) == mode


def test_a_full_disk_is_a_sentence_about_the_users_own_path(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputError, match=r"found\.json can't be written \(No space left on device\): free some space"):
        write_output(tmp_path / "found.json", b"{}")
    assert not list(tmp_path.iterdir())
