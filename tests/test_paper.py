"""What is read from the measurements in `docs/`, and the authors' set-up."""

import re

import pytest
import torch
from streamlit.testing.v1 import AppTest

from bench.defects import MEASURES, factors, relative_error
from core.paper import DEFECTS, DOCS, PRESETS, contrasts, measurements, reproductions, standings
from tests.pages.test_pages import SHELL
from ui.navigation import page_file


def test_the_authors_set_up_can_be_expressed():
    for config in PRESETS.values():
        assert config.parameters("optimizer").epsilon == 0.01
        assert config.parameters("schedule").step_size == 1000
        assert (config.max_tokens, config.batch_size, config.pretrain_epochs, config.retrain_epochs) == (40, 50, 3, 5)
    assert PRESETS["dan"].parameters("model").widths == [30, 25]
    assert PRESETS["lstm"].parameters("model").units == 150


def test_every_defect_is_measured_and_told():
    names = {name for measures in MEASURES.values() for name in measures}
    assert names == {defect.name for defect in DEFECTS}
    assert {each.defect for each in contrasts(measurements("defects"))} == names


def test_the_documents_show_what_was_measured():
    table = (DOCS / "defects.md").read_text()
    for each in contrasts(measurements("defects")):
        assert f"{each.measure} | {each.right:.{each.digits}f} | {each.wrong:.{each.digits}f}" in table
    results = (DOCS / "results.md").read_text()
    for phase in ("train", "retrain"):
        order = standings(measurements("race"), phase)
        assert f"CALR is number {list(order).index('CALR') + 1} of {len(order)} on dev" in results


def test_means_are_over_seeds():
    records = [
        {
            "dataset": "a",
            "model": "dan",
            "way": "plain",
            "compression": 0.9,
            "dense": 80,
            "before": 50,
            "after": after,
        }
        for after in (70, 74)
    ]
    (found,) = reproductions(records, way="plain", compression=0.9)
    assert (found.after, found.seeds) == (72, 2)
    assert reproductions(records, way="task", compression=0.9) == []


def test_wrong_rows_of_v_are_worse_than_nothing():
    torch.manual_seed(0)
    table = torch.randn(300, 20) * torch.arange(1, 21) ** -1.0 @ torch.linalg.qr(torch.randn(20, 20))[0]
    right, wrong = (relative_error(table, *factors(table, 5, wrong=wrong)) for wrong in (False, True))
    tail = torch.linalg.svdvals(table)[5:].norm() / table.norm()
    assert right == pytest.approx(float(tail), rel=1e-4)
    assert wrong > 1


def test_with_singular_vectors_at_random_the_wrong_rows_cost_the_same_whatever_the_spectrum():
    for power in (0.25, 0.5, 1.0):
        generator = torch.Generator().manual_seed(0)
        left, right = (torch.linalg.qr(torch.randn(n, 50, generator=generator))[0] for n in (1_000, 50))
        table = left * torch.arange(1, 51) ** -power @ right.T
        good, bad = (relative_error(table, *factors(table, 10, wrong=wrong)) for wrong in (False, True))
        assert bad == pytest.approx((2 - good**2) ** 0.5, abs=0.1)


def test_the_page_shows_numbers_and_runs_the_set_up():
    app = AppTest.from_file(str(SHELL), default_timeout=30).run().switch_page(page_file("the_paper")).run()
    assert not app.exception
    said = " ".join(each.value for each in app.markdown)
    assert re.search(r"CALR is number \d of \d", said)
    assert [frame.value.shape[0] for frame in app.dataframe][1:] == [4, 2, 2, 2, 2]
    assert PRESETS["dan"].to_command() in [code.value for code in app.code]
