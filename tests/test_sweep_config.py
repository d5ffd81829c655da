"""What a sweep expands to, and that it survives JSON, a URL and a command line."""

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.compression.methods import METHODS
from core.compression.metrics import METRICS
from core.config import RunConfig
from core.errors import ConfigError
from core.sweep_config import DEFAULT_COMPRESSIONS, SweepConfig, spread

BASE = RunConfig(model="lstm", options={"units": 8})
SWEEPS = st.builds(
    SweepConfig,
    st.sampled_from([RunConfig(), BASE, RunConfig(method="fixed-point", options={"bits": 4, "per": "row"})]),
    methods=st.lists(st.sampled_from(METHODS.names()), min_size=1, max_size=4).map(tuple),
    metrics=st.lists(st.sampled_from(METRICS.names()), min_size=1, max_size=4).map(tuple),
    ranks=st.one_of(st.just(()), st.lists(st.integers(1, 40), min_size=1, max_size=4).map(tuple)),
    seeds=st.lists(st.integers(0, 9), min_size=1, max_size=3).map(tuple),
)


def test_every_combination_is_a_run_like_any_other():
    sweep = SweepConfig(BASE, methods=("low-rank",), metrics=("plain", "task"), ranks=(2, 4, 8), seeds=(0, 1))
    runs = sweep.runs()
    assert len(runs) == 2 * 3 * 2
    expected = RunConfig(model="lstm", seed=1, options={"units": 8, "metric": "plain", "rank": 4})
    assert expected in runs


def test_what_a_method_does_not_have_is_left_out_and_what_is_the_same_run_is_run_once():
    sweep = SweepConfig(
        RunConfig(), methods=("low-rank", "dense+", "fixed-point"), metrics=("plain", "task"), ranks=(2, 4)
    )
    found = [(run.method, dict(run.options)) for run in sweep.runs()]
    assert len(found) == 4 + 1 + 1
    assert ("dense+", {}) in found
    assert ("fixed-point", {}) in found
    by_share = SweepConfig(RunConfig(), methods=("fixed-point",), metrics=("plain", "task"), compressions=(0.7, 0.9))
    assert [dict(run.options) for run in by_share.runs()] == [{"compression": 0.7}, {"compression": 0.9}]


def test_the_base_lends_its_options_but_not_what_the_lists_decide():
    base = RunConfig(seed=7, options={"rank": 3, "metric": "plain", "frequency_exponent": 0.5})
    sweep = SweepConfig(base, methods=("low-rank", "dense+"), compressions=(0.9,), seeds=(2,))
    assert sweep == SweepConfig(
        RunConfig(options={"frequency_exponent": 0.5}), ("low-rank", "dense+"), compressions=(0.9,), seeds=(2,)
    )
    assert [dict(run.options) for run in sweep.runs()] == [{"frequency_exponent": 0.5, "compression": 0.9}, {}]


def test_trunks_come_first_and_sizes_are_spread_over_the_curve():
    sweep = SweepConfig(RunConfig(), metrics=("plain", "task"), ranks=(1, 2, 3, 4, 5), seeds=(0, 1))
    runs = sweep.runs()
    assert {run.seed for run in runs[:2]} == {0, 1}
    assert list(dict.fromkeys(run.options["rank"] for run in runs)) == [1, 5, 3, 2, 4]
    assert spread((7,)) == [7]


@given(st.lists(st.integers(), min_size=1, unique=True))
def test_spreading_loses_nothing(values):
    assert sorted(spread(tuple(values))) == sorted(values)


def test_nothing_said_is_the_default_curve():
    assert SweepConfig.from_text({}).compressions == DEFAULT_COMPRESSIONS
    assert SweepConfig.from_text({}).to_text() == {}


@given(SWEEPS)
@settings(max_examples=50, deadline=None)
def test_every_round_trip_is_exact(sweep):
    assert SweepConfig.from_dict(sweep.to_dict()) == sweep
    assert SweepConfig.from_text(sweep.to_text()) == sweep
    arguments = shlex.split(sweep.to_command())[4:]
    options = dict(zip(arguments[::2], arguments[1::2], strict=True))
    assert SweepConfig.from_text({name[2:].replace("-", "_"): text for name, text in options.items()}) == sweep


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        ({"methods": "low-rank,shrink"}, "methods can't be 'shrink': choose one of"),
        ({"metrics": ""}, "metrics can't be '': give at least one"),
        ({"ranks": ""}, "ranks can't be '': give at least one"),
        ({"ranks": "0"}, "ranks can't be 0: it must be a whole number at least 1"),
        ({"ranks": "2,x"}, "rank can't be 'x': it must be a whole number"),
        ({"ranks": "2", "compressions": "0.5"}, "one is enough"),
        ({"rank": "2"}, "give ranks"),
        ({"method": "low-rank"}, "give methods"),
        ({"seeds": ",".join(map(str, range(300)))}, "1,500 runs.*at most 1,000"),
        ({"nonsense": "1"}, "nonsense"),
    ],
)
def test_what_makes_no_sweep_is_a_sentence(texts, sentence):
    with pytest.raises(ConfigError, match=sentence):
        SweepConfig.from_text(texts)
