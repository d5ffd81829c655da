"""Words: what compression does to them, at any rank."""

import streamlit as st
import torch

from core.charts.words import error_chart, map_chart
from core.data import tokenize
from core.errors import RanklensError
from core.insights.answers import Explained
from core.insights.kept_words import KeptWords
from core.insights.words import Band, Neighbour, Neighbours, bands, furthest, neighbours, word_map
from core.runs.finished import FinishedRun
from core.runs.store import RunStore
from ui.chart import dark, draw
from ui.errors import fragment, say_error
from ui.knobs import whole
from ui.metric_and_rank import pick_metric, pick_rank
from ui.navigation import page_file
from ui.opened import axes_of, compressed_table, examples_of, kept_words_of, lens_of, say_what_is_gone, table_of
from ui.picker import pick_run
from ui.words import escape, signed

PAPERS_METRIC = "plain"
MOVERS = 3
COLUMNS = 3


def page() -> None:
    """A run, a rank, and what it does to words."""
    st.title("Words")
    run = pick_run(RunStore())
    if run is None:
        return
    say_what_is_gone(run)
    if run.folder is not None:
        fragment(explore)(run, pick_metric(run, table_of(run).decompositions))
        show_flips(run)
    elif "words" in run.insights:
        fragment(show_recorded)(kept_words_of(run))
        show_flips(run)
    else:
        st.info("No words were recorded with this run, and its models aren't here: run it yourself to see them.")


def explore(run: FinishedRun, metric: str) -> None:
    """Drag the rank, or ask for a word: map, neighbours and errors answer."""
    seen, axes = lens_of(run, metric), axes_of(run)
    most = min(seen.table.rows.shape)
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    told = "Directions of the dense table that are kept. Nothing is re-trained here, so every rank answers at once."
    rank = pick_rank(run, most, told=told, place=left)
    asked = right.text_input(
        "Word",
        key="word",
        bind="query-params",
        max_chars=100,
        placeholder="any word",
        help="It is marked on the map, and its neighbours are listed.",
    )
    found = word_map(seen, axes, rank=rank)
    row = row_of(asked or "", seen.table.tokens)
    marked = word_map(seen, axes, rank=rank, rows=torch.tensor([row])).places[0] if row else None
    show_map(f"at rank {rank}")
    draw(map_chart(found, highlighted=marked, rank=rank, dark=dark()), key="word-map")
    shown = row or seen.table.tokens.index(furthest(found, 1)[0].word)
    show_neighbours(neighbours(seen, compressed_table(run), rank=rank, rows=[shown])[0], rank=rank)
    weighted = weigh()
    by_metric = {metric: bands(seen, rank, weighted=weighted)}
    if metric != PAPERS_METRIC and not weighted:
        by_metric[PAPERS_METRIC] = bands(lens_of(run, PAPERS_METRIC), rank, weighted=False)
    show_errors(by_metric)


def row_of(asked: str, tokens: tuple[str, ...]) -> int:
    """The row of the word that was asked for; 0, and why, where there is none."""
    cut = tokenize(asked)
    if len(cut) > 1:
        st.info("The models read this as several words: type one of them.")
        st.text(" · ".join(cut))
    elif cut and (cut[0] not in tokens[1:]):
        st.info("The models don't know this word: it has no row, because it is not among the training texts' words.")
        st.text(cut[0])
    return tokens.index(cut[0], 1) if len(cut) == 1 and cut[0] in tokens[1:] else 0


def show_recorded(kept: KeptWords) -> None:
    """What was recorded: the ranks and the words that it has."""
    st.caption(
        f"Recorded in the metric {kept.own.metric}, before re-training, at {len(kept.ranks)} ranks. Its models aren't "
        "here; run it yourself to see every rank and to ask for any word."
    )
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    asked = whole(st.query_params.get("rank"), kept.own.rank, most=max(kept.ranks))
    rank = left.select_slider(
        "Rank",
        kept.ranks,
        asked if asked in kept.ranks else kept.own.rank,
        key="recorded-rank",
        bind="query-params",
        help="Directions of the dense table that are kept. Nothing is re-trained here, so every rank answers at once.",
    )
    found = kept.at(rank)
    names, wanted = [each.word for each in found.neighbours], st.query_params.get("word")
    word = right.selectbox(
        "Word",
        names,
        index=names.index(wanted) if wanted in names else 0,
        key="recorded-word",
        bind="query-params",
        help="It is marked on the map, and its neighbours are listed.",
    )
    marked = next(place for place in found.map.places if place.word == word)
    show_map(f"at rank {rank}")
    draw(map_chart(found.map, highlighted=marked, rank=rank, dark=dark()), key="word-map")
    show_neighbours(next(each for each in found.neighbours if each.word == word), rank=rank)
    show_errors({found.metric: found.weighted_bands if weigh() else found.bands})


def show_map(where: str) -> None:
    """What the map is."""
    st.subheader(f"Where words go {where}")
    st.caption(
        "Frequent words on the two directions in which the dense table differs most. The axes stay the same, so a "
        "word's line is its move."
    )


def show_neighbours(found: Neighbours, *, rank: int) -> None:
    """Three lists of near words; what was there before is ticked."""
    st.subheader("Neighbours")
    st.markdown(f"The words nearest to **{escape(found.word)}** by cosine; ✓ is one that the dense table has too.")
    before = {each.word for each in found.dense}
    titles = ("Dense", f"Rank {rank}, before re-training", "The run's compressed model")
    lists = (found.dense, found.cut, found.compressed)
    for place, (column, title, near) in enumerate(zip(st.columns(COLUMNS, border=True), titles, lists, strict=True)):
        column.caption(title)
        column.text("\n".join(listed(each, stays=place > 0 and each.word in before) for each in near))


def listed(each: Neighbour, *, stays: bool) -> str:
    """A line for a neighbour."""
    return f"{signed(each.cosine, 2, plus=False)}  {each.word}{'  ✓' if stays else ''}"


def weigh() -> bool:
    """Whether errors are measured as the metric weighs directions."""
    st.subheader("Words hurt most")
    choice = st.segmented_control(
        "Error",
        ["in every direction", "as the metric weighs them"],
        default="in every direction",
        required=True,
        key="error",
        bind="query-params",
        help="‖w − ŵ‖ / ‖w‖ of a word's row w; or both norms weighed by the metric's M, as the task reads them.",
    )
    return choice != "in every direction"


def show_errors(by_metric: dict[str, tuple[Band, ...]]) -> None:
    """Boxes, and the worst words of each band."""
    draw(error_chart(by_metric, dark=dark()), key="error-chart")
    st.caption("Boxes hold the middle half of the words, whiskers 5 % to 95 %. The worst of each band:")
    for band in next(iter(by_metric.values())):
        worst = " · ".join(f"{hurt.word} {hurt.error:.0%}" for hurt in band.worst)
        st.text(f"{band.first:,}–{band.last:,}:  {worst}")


def show_flips(run: FinishedRun) -> None:
    """Test sentences to which the run's compressed model gives another label than the dense one."""
    st.subheader("Sentences that flipped")
    found = examples_of(run)
    if found is None:
        st.caption("They need the test texts.")
        return
    flipped = [each for each in found.examples if each.flipped]
    st.caption(
        f"The run's dense and compressed model disagree on {found.flips:,} of {found.texts:,} test texts"
        + (f"; {len(flipped)} of them, with the words that moved the answer most, in logits:" if flipped else ".")
    )
    for each in flipped:
        flip(run, each)


def flip(run: FinishedRun, told: Explained) -> None:
    """One sentence, its labels, and what moved it."""
    dense, compressed = (told.classes[told.answer(name).label] for name in ("dense", "compressed"))
    right = "" if told.label is None else f" (right: **{escape(told.classes[told.label])}**)"
    moved = told.answer("compressed").baseline - told.answer("dense").baseline
    moves = sorted([*told.moved(), ("(without any word)", moved)], key=lambda move: move[1])[:MOVERS]
    said = " · ".join(f"**{escape(word)}** {signed(by, 2)}" for word, by in moves if by < 0)
    with st.container(border=True):
        st.text(told.text)
        st.markdown(f"{escape(dense)} → {escape(compressed)}{right}; moved by {said}")
        link = {"run": run.id, "text": told.text}
        st.page_link(page_file("try_it"), label="Try it", query_params=link)


try:
    page()
except RanklensError as problem:
    say_error(problem)
