"""`python -m core factorize`: every format, a resumed run, and bad input."""

import errno
import gzip
import json
import pickle

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from core.cli import main
from core.compression import big_table
from core.compression.factorize import decompose
from core.compression.metrics import Metric, frequency_weights
from core.compression.rank import rank_for
from core.embeddings import LowRankEmbedding
from core.vectors import table_file

V, D = 500, 16
TABLE = (
    np.random.default_rng(0).standard_normal((V, D)) @ np.diag(np.arange(1, D + 1) ** -0.7) @ np.eye(D)[::-1]
).astype(np.float32)
COUNTS = np.random.default_rng(1).integers(0, 1000, V)


@pytest.fixture(autouse=True)
def small_buffers(monkeypatch):
    """Many chunks, the last one shorter."""
    monkeypatch.setattr(table_file, "BUFFER_BYTES", 64 * D * 4)
    monkeypatch.setattr(big_table, "RESCALE_BYTES", 1000)


@pytest.fixture
def table(tmp_path):
    np.save(tmp_path / "table.npy", TABLE)
    return tmp_path / "table.npy"


def factorize(path, out, *options):
    return main(["factorize", str(path), "--out", str(out), *options])


def factors(out):
    return load_file(out / "factors.safetensors")


def in_memory(weights=None):
    weights = torch.ones(V, dtype=torch.float64) if weights is None else weights
    return decompose(torch.from_numpy(TABLE), Metric(weights, torch.eye(D, dtype=torch.float64)))


def write_text(path, opened=open, header=False):
    with opened(path, "wt") as file:
        if header:
            file.write(f"{V} {D}\n")
        file.writelines(f"w{row} {' '.join(map(str, numbers))}\n" for row, numbers in enumerate(TABLE.tolist()))


def write(path, form):
    if form.startswith("text"):
        write_text(path, gzip.open if path.suffix == ".gz" else open, header="header" in form)
    elif form.startswith("safetensors"):
        kind = torch.bfloat16 if "bf16" in form else torch.float32
        save_file({"bias": torch.zeros(3), "embedding": torch.from_numpy(TABLE).to(kind)}, path)
    else:
        kind = {"f16": np.float16, "f64": np.float64}.get(form[-3:], np.float32)
        np.save(path, np.asarray(TABLE, kind, order="F" if "columns" in form else "C"))


@pytest.mark.parametrize(
    ("form", "name", "tolerance"),
    [
        ("npy", "a.npy", 1e-6),
        ("npy columns", "a.npy", 1e-6),
        ("npy f64", "a.npy", 1e-6),
        ("npy columns f64", "a.npy", 1e-6),
        ("npy f16", "a.npy", 5e-3),
        ("safetensors", "a.safetensors", 1e-6),
        ("safetensors bf16", "a.safetensors", 3e-2),
        ("text", "a.txt", 1e-6),
        ("text header", "a.vec", 1e-6),
        ("text", "a.txt.gz", 1e-6),
    ],
)
def test_every_format_gives_the_factors_of_the_table_in_memory(form, name, tolerance, tmp_path):
    write(tmp_path / name, form)
    assert factorize(tmp_path / name, tmp_path / "out", "--rank", "3") == 0
    found, expected = factors(tmp_path / "out"), in_memory().factors(3)
    torch.testing.assert_close(found["left"] @ found["right"], expected.left @ expected.right, rtol=0, atol=tolerance)
    torch.testing.assert_close(found["left"].square().mean(), found["right"].square().mean(), rtol=1e-5, atol=0)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "factors.safetensors",
        "gram.safetensors",
        "report.json",
    ]


def test_report_and_file_are_what_they_say(table, tmp_path, capsys):
    assert factorize(table, tmp_path / "out") == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    rank = rank_for(0.9, rows=V, width=D)
    values = np.linalg.svd(TABLE.astype(np.float64), compute_uv=False)
    found = LowRankEmbedding(**factors(tmp_path / "out"))
    wrong = np.linalg.norm(TABLE - found.table().detach().numpy()) / np.linalg.norm(TABLE)
    assert (report["rows"], report["width"], report["rank"]) == (V, D, rank)
    assert report["relative_error"] == pytest.approx(wrong, rel=1e-5)
    assert report["energy_kept"] == pytest.approx(1 - wrong**2, rel=1e-5)
    assert report["bytes_before"] == TABLE.nbytes
    assert report["bytes_after"] == (tmp_path / "out" / "factors.safetensors").stat().st_size
    np.testing.assert_allclose(report["singular_values"], values, rtol=1e-9)
    assert f"at rank {rank}" in capsys.readouterr().out


def test_counts_weigh_rows(table, tmp_path):
    np.save(tmp_path / "counts.npy", COUNTS)
    (tmp_path / "counts.txt").write_text("\n".join(map(str, COUNTS)) + "\n")
    for name, exponent in (("counts.npy", 0.25), ("counts.txt", 0.25), ("counts.txt", 0.5)):
        options = ["--rank", "3", "--counts", str(tmp_path / name)]
        options += ["--exponent", str(exponent)] if exponent != 0.25 else []
        assert factorize(table, tmp_path / "out", *options) == 0
        expected = in_memory(frequency_weights(torch.from_numpy(COUNTS), exponent)).factors(3)
        found = factors(tmp_path / "out")
        torch.testing.assert_close(found["left"], expected.left, rtol=1e-5, atol=1e-6)
        torch.testing.assert_close(found["right"], expected.right, rtol=1e-5, atol=1e-6)


def test_energy_gives_the_smallest_rank_that_keeps_it(table, tmp_path):
    assert factorize(table, tmp_path / "out", "--energy", "0.8") == 0
    assert factors(tmp_path / "out")["left"].shape[1] == in_memory().rank_for_energy(0.8)


def test_an_interrupted_run_leaves_nothing_half_written_and_a_rerun_skips_the_first_reading(
    table, tmp_path, monkeypatch, capsys
):
    passes = []
    original = table_file.FileRows.chunks

    def interrupted(rows, purpose):
        passes.append(purpose)
        for number, chunk in enumerate(original(rows, purpose)):
            if purpose.startswith("Second") and number == 3:
                raise KeyboardInterrupt
            yield chunk

    with monkeypatch.context() as patch:
        patch.setattr(table_file.FileRows, "chunks", interrupted)
        assert factorize(table, tmp_path / "out", "--rank", "3") == 130
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["gram.safetensors"]
    assert len(passes) == 2
    assert factorize(table, tmp_path / "out", "--rank", "3") == 0
    assert factorize(table, tmp_path / "whole", "--rank", "3") == 0
    assert capsys.readouterr().err.count("First pass") == 2
    for name in ("factors.safetensors", "gram.safetensors"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_a_changed_table_or_option_reads_anew(table, tmp_path, capsys):
    (tmp_path / "counts.txt").write_text("\n".join(map(str, COUNTS)))
    assert factorize(table, tmp_path / "out") == 0
    assert factorize(table, tmp_path / "out", "--counts", str(tmp_path / "counts.txt")) == 0
    np.save(table, TABLE[:-1])
    assert factorize(table, tmp_path / "out") == 0
    assert capsys.readouterr().err.count("First pass") == 3
    assert factors(tmp_path / "out")["left"].shape[0] == V - 1


def test_a_rank_above_break_even_is_done_with_a_warning(table, tmp_path, capsys):
    assert factorize(table, tmp_path / "out", "--rank", str(D)) == 0
    assert "above the break-even rank" in capsys.readouterr().out
    found = factors(tmp_path / "out")
    torch.testing.assert_close(found["left"] @ found["right"], torch.from_numpy(TABLE), rtol=0, atol=1e-5)


def table_with(value):
    table = TABLE.copy()
    table[77, 3] = value
    return table


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        (TABLE, ["--rank", "17"], "at most 16"),
        (TABLE, ["--rank", "0"], "at least 1"),
        (TABLE, ["--rank", "2", "--compression", "0.9"], "one is enough"),
        (TABLE, ["--compression", "1"], "less than 1"),
        (TABLE, ["--exponent", "0.5"], "give --counts too"),
        (TABLE, ["--tensor", "x"], "only .safetensors"),
        (TABLE, ["--counts", "missing.txt"], "can't be read as counts"),
        (TABLE[:, 0], [], "shape (500,)"),
        (TABLE[:, :0], [], ".npy"),
        (TABLE.astype(np.int32), [], "save it as float32"),
        (TABLE.astype(">f4"), [], "save it as float32"),
        (table_with(np.nan), [], "Row 77 "),
        (table_with(-np.inf), [], "Row 77 "),
        (np.zeros((2, table_file.WIDEST + 1), np.float32), [], "transposed"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(content, options, sentence, tmp_path, capsys):
    np.save(tmp_path / "bad.npy", content)
    assert factorize(tmp_path / "bad.npy", tmp_path / "out", *options) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("Error: ")
    assert sentence in error
    assert not (tmp_path / "out" / "factors.safetensors").exists()


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [("1\n2\n", "2 counts"), ("1\n" * 499 + "-1\n", "row 499"), ("1\n" * 499 + "x\n", "'x"), ("", "0 counts")],
)
def test_bad_counts_are_named(counts, sentence, table, tmp_path, capsys):
    (tmp_path / "counts.txt").write_text(counts)
    assert factorize(table, tmp_path / "out", "--counts", str(tmp_path / "counts.txt")) == 2
    assert sentence in capsys.readouterr().err.splitlines()[-1]


def save_archive(path, counts):
    with path.open("wb") as file:
        np.savez(file, counts)


@pytest.mark.parametrize(
    ("save", "sentence"),
    [
        (save_archive, "is a zip archive"),
        (lambda path, _: path.write_bytes(b"PK\x03\x04 no archive"), "is a zip archive"),
        (lambda path, counts: np.save(path, counts + 2j), "holds complex128"),
        (lambda path, counts: np.save(path, counts.astype(str)), "holds <U"),
    ],
)
def test_counts_that_are_no_plain_numbers_are_refused(save, sentence, table, tmp_path, capsys):
    save(tmp_path / "counts.npy", COUNTS)
    assert factorize(table, tmp_path / "out", "--counts", str(tmp_path / "counts.npy")) == 2
    assert sentence in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.npy", pickle.dumps([1, 2]), "pickled"),
        ("a.npy", b"", "can't be read"),
        ("a.npy", b"PK\x03\x04 no archive", "is a zip archive"),
        ("a.txt", b"PK\x03\x04 no archive", "line 1"),
        ("a.safetensors", b"nonsense", "can't be read"),
        ("a.txt", b"", "is empty"),
        ("a.txt", b"a 1 2 3\nb 1 2\n", "line 2"),
        ("a.txt", b"a 1 2 3\nb 1  2\n", "line 2"),
        ("a.txt", b"a 1 2 3\nb 1 nan 3\n", "line 2"),
        ("a.txt.gz", b"\x1f\x8b\x08 cut off", "can't be"),
    ],
)
def test_malformed_files_are_named(name, content, sentence, tmp_path, capsys):
    (tmp_path / name).write_bytes(content)
    assert factorize(tmp_path / name, tmp_path / "out") == 2
    assert sentence in capsys.readouterr().err.splitlines()[-1]
    assert list((tmp_path / "out").iterdir()) == []


def test_pickled_and_truncated_arrays_are_refused(table, tmp_path, capsys):
    np.save(tmp_path / "objects.npy", np.array([[{}]], dtype=object), allow_pickle=True)
    assert factorize(tmp_path / "objects.npy", tmp_path / "out") == 2
    assert "pickled objects" in capsys.readouterr().err
    table.write_bytes(table.read_bytes()[:-100])
    assert factorize(table, tmp_path / "out") == 2
    assert factorize(tmp_path, tmp_path / "out") == 2
    assert factorize(tmp_path / "none.npy", tmp_path / "out") == 2


def test_a_tensor_is_chosen_by_name(tmp_path, capsys):
    save_file({"a": torch.from_numpy(TABLE), "b": torch.from_numpy(TABLE[::2].copy())}, tmp_path / "two.safetensors")
    assert factorize(tmp_path / "two.safetensors", tmp_path / "out") == 2
    assert "its tables are a, b" in capsys.readouterr().err
    assert factorize(tmp_path / "two.safetensors", tmp_path / "out", "--tensor", "b") == 0
    assert factors(tmp_path / "out")["left"].shape[0] == V // 2


def test_a_folder_that_cannot_be_written_is_refused_first(table, capsys):
    assert factorize(table, table / "out") == 2
    assert "can't be written" in capsys.readouterr().err


def test_a_full_disk_is_a_sentence_and_leaves_nothing(table, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("", (), {"free": 10}))
    assert factorize(table, tmp_path / "out") == 2
    assert "free some space" in capsys.readouterr().err
    monkeypatch.undo()

    def full(found, rank, file, spread):
        file.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(big_table, "_write_factors", full)
    assert factorize(table, tmp_path / "out") == 2
    assert "No space left" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["gram.safetensors"]
