"""What a recorded run keeps of its models."""

import dataclasses
import json

import pytest

from core.config import RunConfig
from core.errors import InputError
from core.insights.answers import Examples
from core.insights.kept_words import KeptWords
from core.insights.recording import insights_of, own_metric, own_rank
from core.insights.spectrum import Spectrum
from core.runs.finished import FinishedRun, finished_run
from core.runs.store import RunStore
from core.runs.worker import execute
from tests.test_pipeline import config


def finished(chosen):
    store = RunStore()
    made = store.create(chosen, state="running")
    execute(store, made)
    return finished_run(store, made)


def test_a_recorded_run_keeps_all_three_insights(corpus_folder):
    run = finished(config(corpus_folder, metric="layer"))
    kept = FinishedRun.from_json(dataclasses.replace(run, insights=insights_of(run)).to_json()).insights
    assert set(kept) == {"spectrum", "words", "try"}
    spectrum, words = Spectrum.from_dict(kept["spectrum"]), KeptWords.from_dict(kept["words"])
    told = Examples.from_dict(kept["try"])
    assert len(spectrum.spectra) == 4
    assert (words.own.metric, words.own.rank) == ("layer", 2)
    assert told.texts == run.result.dataset.test
    answer = told.examples[0].answers[0]
    assert answer.baseline + sum(answer.shares) == pytest.approx(answer.difference, abs=1e-3)
    assert len(json.dumps(kept)) < 90_000


def test_a_method_without_metric_or_rank_is_seen_in_the_default_one(corpus_folder):
    settings = {name: value for name, value in config(corpus_folder).to_dict().items() if name != "rank"}
    run = finished(RunConfig.from_dict({**settings, "method": "fixed-point", "bits": 8}))
    assert own_metric(run, ["plain", "task"]) == "task"
    assert own_metric(run, ["plain", "layer"]) == "plain"
    assert own_rank(run) == 1
    assert insights_of(run)["words"]["own"]["metric"] == "task"


def test_numbers_alone_have_no_insights(corpus_folder):
    run = dataclasses.replace(finished(config(corpus_folder)), folder=None)
    with pytest.raises(InputError, match="no models"):
        insights_of(run)
