"""The command line as scripts see it: exit codes, one line of error, JSON."""

import contextlib
import io
import json
import os
import sys

import click
import pytest

from core.cli import cli, main
from core.events import Command
from core.profiling.process import read_costs
from core.profiling.variants import TITLES
from core.results import Costs
from core.runs.claim import Claim
from core.runs.store import RunStore
from core.runs.sweeps import SweepStore
from core.runs.worker import execute
from core.sweep_config import SweepConfig
from core.terminal import ProgressBar
from tests.bundles.making import write
from tests.test_pipeline import config

LONG = "a" * 300  # for a file's name


def options(folder):
    return ["run", "--dataset", str(folder), "--vectors", "random", "--width", "8", "--pretrain-epochs", "1"]


def test_run_prints_a_summary_and_writes_json(corpus_folder, tmp_path, capsys):
    path = tmp_path / "result.json"
    assert main([*options(corpus_folder), "--retrain-epochs", "1", "--rank", "2", "--json", str(path)]) == 0
    result = json.loads(path.read_text())
    assert result["schema"] == 1
    assert result["config"]["rank"] == 2
    assert set(result) >= {"seed", "dataset", "dense", "compressed", "deployed", "paired_test", "seconds"}
    assert {
        "dev_accuracy",
        "test_accuracy",
        "test_interval",
        "parameters",
        "bytes_on_disk",
        "macs",
        "latency_ms",
    } <= set(result["dense"])
    assert "at rank 2" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["run", "--model", "transformer"], "choose one of cnn, dan, lstm"),
        (["run", "--rank", "ten"], "it must be a whole number"),
        (["run", "--dataset", "nowhere"], "uiuc-questions"),
        (["run", "--nonsense"], "No such option"),
        (["run", "--method", "fixed-point", "--bits", "3"], "choose one of 8, 4, 2, 1"),
        (["run", "--json", "no/such/folder/x.json"], "the folder doesn't exist"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments, sentence, capsys):
    assert main(arguments) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("Error: ")
    assert sentence in error


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--dataset", LONG],
        ["run", "--dataset", f"hf:/{LONG}"],
        ["run", "--vectors", LONG],
        ["data", "add", LONG],
        ["factorize", LONG, "--out", "out"],
    ],
)
def test_a_path_that_cannot_be_looked_at_is_a_sentence(arguments, capsys):
    assert main(arguments) == 2
    assert f"{LONG} can't be looked at (File name too long): " in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(("home", "reason"), [("~nobody-here/x", "home directory"), (LONG, "too long")])
def test_a_home_that_can_be_none_is_a_sentence(home, reason, monkeypatch, capsys):
    monkeypatch.setenv("RANKLENS_HOME", home)
    assert main(["data", "list"]) == 2
    error = capsys.readouterr().err
    assert f"Error: RANKLENS_HOME={home} can't be looked at (" in error
    assert reason in error


@pytest.mark.parametrize("kind", ["dataset", "vectors"])
def test_a_name_that_is_not_utf_8_is_refused_and_never_stored(kind, capsys):
    assert main(["run", f"--{kind}", "donn\udce9es.csv"]) == 2
    assert f"Error: {kind} can't be 'donn\\udce9es.csv': it isn't UTF-8" in capsys.readouterr().err
    assert RunStore().newest() == []


def test_what_the_terminal_has_no_sign_for_is_escaped(tmp_path, monkeypatch):
    folder, path = write(tmp_path / "bundle"), tmp_path / "texts.txt"
    path.write_text("schön 日本 \U0001f600\n", encoding="utf-8")
    run = RunStore().create(config("日本.csv"))
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    monkeypatch.setattr(sys, "stdout", terminal)
    assert main(["runs", "show", run]) == 0
    assert main(["predict", str(folder), "--input", str(path)]) == 0
    terminal.flush()
    shown, *_, answer = terminal.buffer.getvalue().decode("latin-1").splitlines()
    assert "\\u65e5\\u672c.csv" in shown
    assert json.loads(answer)["text"] == "schön 日本 \U0001f600"


def test_interrupt_is_exit_code_130(monkeypatch, capsys):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("core.runs.worker.run_pipeline", interrupted)
    assert main(["run"]) == 130
    assert "Interrupted" in capsys.readouterr().err


HIDDEN, SHOWN = "\033[?25l", "\033[?25h"  # the cursor


@pytest.mark.parametrize("failure", [None, KeyboardInterrupt])
def test_a_bar_ends_where_the_work_does_and_gives_the_cursor_back(failure, monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with pytest.raises(failure) if failure else contextlib.nullcontext(), ProgressBar() as bar:
        bar.stage("train", "Training")
        bar.progress(0.5)
        if failure:
            raise failure
    drawn = capsys.readouterr().err
    assert HIDDEN in drawn
    assert drawn.endswith(SHOWN + "\n")
    assert ("100%" in drawn) == (failure is None)


@pytest.mark.parametrize(
    ("arguments", "work"),
    [
        (["run"], "core.runs.worker.run_pipeline"),
        (["search", "--most-points", "1"], "core.commands.search.search"),
    ],
)
def test_an_error_or_an_interrupt_gives_the_cursor_back(arguments, work, monkeypatch, capsys):
    def interrupted(*_, monitor, **options):
        monitor.stage("load", "Reading")
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert main([*arguments, "--dataset", "nowhere"]) == 2
    refused = capsys.readouterr().err
    monkeypatch.setattr(work, interrupted)
    assert main(arguments) == 130
    for drawn in (refused, capsys.readouterr().err):
        assert drawn.rindex(SHOWN) > drawn.rindex(HIDDEN)


def test_what_goes_on_is_stopped_before_it_is_deleted(corpus_folder, capsys):
    store = SweepStore()
    run, sweep = store.create(config(corpus_folder)), store.create_sweep(SweepConfig(config(corpus_folder), ranks=(2,)))
    for name in (run, sweep):
        assert main(["runs", "delete", name]) == 2
        assert f"`runs stop {name}` stops it" in capsys.readouterr().err
        assert main(["runs", "stop", name]) == 0
        assert main(["runs", "stop", name]) == 2
        assert "isn't going on, it is stopped" in capsys.readouterr().err
    (swept,) = store.sweep(sweep).runs
    assert main(["runs", "delete", swept.id]) == 2
    assert f"part of sweep {sweep}: delete that" in capsys.readouterr().err
    for name in (run, sweep):
        assert main(["runs", "delete", name]) == 0
    assert [*store.newest(), *store.sweeps()] == []


def test_a_run_that_is_going_on_hears_of_a_stop(corpus_folder):
    store = RunStore()
    claim = Claim(store, store.create(config(corpus_folder)), pid=os.getpid())
    assert main(["runs", "stop", claim.run]) == 0
    assert claim.take_command() == Command("stop")


def test_a_stopped_run_is_resumed_and_a_finished_one_is_not(corpus_folder, capsys):
    store = RunStore()
    run = store.create(config(corpus_folder))
    Claim(store, run).finish("stopped", error="The run was stopped.")
    assert main(["runs", "resume", run]) == 0
    assert "at rank 2" in capsys.readouterr().out
    assert store.get(run).state == "done"
    assert main(["runs", "resume", run]) == 2
    assert "is done" in capsys.readouterr().err
    swept = SweepStore()
    sweep = swept.create_sweep(SweepConfig(config(corpus_folder), ranks=(2,)))
    assert main(["runs", "resume", swept.sweep(sweep).runs[0].id]) == 2
    assert f"part of sweep {sweep}" in capsys.readouterr().err


def test_profile_prices_a_finished_run_and_refuses_any_other(corpus_folder, tmp_path, capsys):
    store = RunStore()
    run = store.create(config(corpus_folder))
    assert main(["profile", run]) == 2
    assert "only a run that is done" in capsys.readouterr().err
    execute(store, run)
    assert main(["profile", run, "--json", str(tmp_path / "nowhere" / "costs.json")]) == 2
    assert "the folder doesn't exist" in capsys.readouterr().err
    assert main(["profile", run, "--json", str(tmp_path / "costs.json")]) == 0
    printed = capsys.readouterr().out
    costs = Costs.from_dict(json.loads((tmp_path / "costs.json").read_text()))
    assert costs == read_costs(store.folder(run))
    for cost in costs.models:
        assert TITLES[cost.name] in printed
    (store.folder(run) / "models.json").write_text("{}")
    assert main(["profile", run]) == 2
    assert "run it again" in capsys.readouterr().err


def test_every_command_says_in_a_line_what_it_does(capsys):
    main(["--help"])
    lines = " ".join(capsys.readouterr().out.partition("Commands:")[2].split())
    group = click.Context(cli)
    for name in cli.list_commands(group):
        assert f"{name} {cli.get_command(group, name).help.splitlines()[0]}" in lines
