"""The paper: its claims one by one, what was measured of them here, the defects of its code, and its set-up to run."""

import streamlit as st

from core.errors import RanklensError
from core.paper import DEFECTS, PRESETS, Reproduction, contrasts, measurements, reproductions, standings
from ui.errors import say_error
from ui.navigation import page_file

COMPRESSION = 0.9
WAYS = {  # as docs/results.jsonl calls them
    "plain, from labels": "The paper's way, plain SVD, re-trained on the labels",
    "plain": "Its metric, but re-trained on the dense model's answers",
    "task": "The task's metric, re-trained on these answers, the default of Ranklens",
}
LOSS_ALLOWED = 1.0  # points: what the paper calls little
MODELS = {"dan": "DAN, two ReLU layers of 30 and 25", "lstm": "LSTM, 150 units, mean-pooled"}
DIFFERS = (
    "The paper read 300-wide GloVe vectors; the measurements here read 100-wide ones, and what anyone can run at once "
    "the 50-wide ones that come with Ranklens. A narrower table has less to spare, so the same share saved is harder. "
    "Epochs are chosen on dev data, test is read once, and optimiser, rate and schedule are the defaults of Ranklens."
)


def page() -> None:
    """Claims, set-up, defects, each with its numbers."""
    st.title("The paper")
    st.markdown(
        "Acharya, Goel, Metallinou, Dhillon: *Online Embedding Compression for Text Classification using Low Rank "
        "Matrix Factorization*, AAAI 2019 ([arXiv 1811.00641](https://arxiv.org/abs/1811.00641))."
    )
    claims, setup, defects = st.tabs(["Its claims", "Its set-up", "Defects of its code"])
    with claims:
        show_claims()
    with setup:
        show_setup()
    with defects:
        show_defects()


def show_claims() -> None:
    """Each claim with what it came to here."""
    for claim in (smaller, online, no_latency, calr):
        with st.container(border=True):
            claim()


def smaller() -> None:
    """The headline: how small a network, for how little."""
    records = measurements("results")
    measured = [
        {(each.dataset, each.model): each for each in reproductions(records, way=way, compression=COMPRESSION)}
        for way in WAYS
    ]
    known = [key for key in measured[0] if all(key in way for way in measured)]
    found = [[way[key] for key in known] for way in measured]
    st.markdown("**1. A network 90 % smaller for under 1 % of accuracy**, where the best method before lost about 3.5.")
    if known:
        for each, told in zip(found, WAYS.values(), strict=True):
            st.markdown(_kept(each, told))
        st.dataframe(_table(*found), hide_index=True)
        st.caption(f"Test accuracy in %, means over seeds, read from docs/results.jsonl. {DIFFERS}")


def online() -> None:
    """Compressing during training, against before it."""
    st.markdown("**2. Compressing during training beats compressing the pre-trained vectors before it.**")
    after = {each.defect: each for each in contrasts(measurements("defects")) if "after" in each.measure}
    if after:
        st.markdown(
            f"On UIUC questions with GloVe 50d at 90 %, plain SVD compressed online comes to "
            f"{after['transposed'].right:.1f} % on test, and offline, with as many epochs, to "
            f"{after['offline'].right:.1f} %: which is better depends on the table, the metric and the rate."
        )
    st.markdown("Run both with the same budget of epochs, then tick them on the page *Runs*.")
    with st.container(horizontal=True):
        for method in ("low-rank", "offline-low-rank"):
            query = {"method": method, "compression": str(COMPRESSION), "distillation": "0"}
            query |= {"metric": "plain"} if method == "low-rank" else {}
            st.page_link(page_file("live_run"), label=f"Run {method}", query_params=query)


def no_latency() -> None:
    """What factors cost at run time."""
    st.markdown("**3. It adds no latency, where fixed-point quantisation does.**")
    st.markdown(
        "Counted: looking up costs no multiplication, quantised rows must be multiplied back, and the second factor "
        "can be folded into the layer that reads it, which leaves *fewer* operations than the dense model. *Live run* "
        "shows each run's counts, *Cost* and *Report* the measured latency too."
    )


def calr() -> None:
    """Its learning rate, among others."""
    st.markdown("**4. CALR, its cyclically annealed learning rate, beats other adaptive rates.**")
    race = measurements("race")
    for phase, told in (("train", "Training from the start"), ("retrain", "Re-training a compressed model")):
        if race:
            st.markdown(f"{told}: {_place(standings(race, phase))}")
    st.caption("UIUC questions, DAN, GloVe 50d, each schedule at the rate that is best for it; docs/results.md.")
    st.page_link(page_file("learning_rates"), label="Race them yourself", query_params={"view": "race", "seeds": "5"})


def _kept(found: list[Reproduction], told: str) -> str:
    """How many data sets and models keep the claim."""
    kept = sum(each.dense - each.after < LOSS_ALLOWED for each in found)
    worst = max(found, key=lambda each: each.dense - each.after)
    loss = worst.dense - worst.after
    return (
        f"{told}: {kept} of {len(found)} lose less than {LOSS_ALLOWED:g} point; the most that any loses is "
        f"{max(loss, 0.0):.1f} ({worst.dataset}, {worst.model.upper()})."
    )


def _place(order: dict[str, float]) -> str:
    """Where CALR stands, and who is first."""
    place, (first, best) = list(order).index("CALR") + 1, next(iter(order.items()))
    return (
        f"CALR is number {place} of {len(order)} schedules, at {order['CALR']:.1f} % on dev; {first} is first, at "
        f"{best:.1f} %."
    )


def _table(
    papers: list[Reproduction], distilled: list[Reproduction], tasks: list[Reproduction]
) -> list[dict[str, str]]:
    return [
        {
            "data, model": f"{paper.dataset}, {paper.model.upper()}",
            "dense": f"{paper.dense:.1f}",
            "paper: just compressed": f"{paper.before:.1f}",
            "paper: re-trained": f"{paper.after:.1f}",
            "its metric, on answers": f"{answers.after:.1f}",
            "task: just compressed": f"{task.before:.1f}",
            "task: re-trained": f"{task.after:.1f}",
            "seeds": str(paper.seeds),
        }
        for paper, answers, task in zip(papers, distilled, tasks, strict=True)
    ]


def show_setup() -> None:
    """The authors' options, and a way to run them."""
    st.markdown(
        "GloVe 6B 300d, at most 40 tokens, dropout 0.5, batches of 50, Adam with ε = 0.01, CALR from 0.001 with a step "
        "of 1000 iterations, 3 epochs of training and 5 of re-training, truncated SVD to 90 %."
    )
    st.caption("A link runs just that, on the data and the vectors that come with Ranklens; both can be changed there.")
    for model, config in PRESETS.items():
        with st.container(border=True):
            st.markdown(f"**{MODELS[model]}**")
            st.code(config.to_command(), language="bash", wrap_lines=True)
            st.page_link(page_file("live_run"), label="Run the authors' set-up", query_params=config.to_text())
    st.info(
        "On a small data set a step of 1000 iterations never lets the rate rise far: see it drawn on *Learning rates*."
    )
    st.page_link(page_file("learning_rates"), label="Draw its learning rate", query_params=PRESETS["dan"].to_text())


def show_defects() -> None:
    """What each defect is, and what it changed here."""
    st.caption(
        "The released code doesn't do what the paper says in five places. Ranklens does none of this; each was made on "
        "purpose by `make defects`, on UIUC questions with GloVe 50d, and measured beside the same thing done right."
    )
    found = contrasts(measurements("defects"))
    for defect in DEFECTS:
        mine = [each for each in found if each.defect == defect.name]
        with st.container(border=True):
            st.markdown(f"**{defect.title}**")
            st.markdown(defect.told)
            if mine:
                st.dataframe(
                    [
                        {
                            "measured": each.measure,
                            "done right": f"{each.right:.{each.digits}f}",
                            "with the defect": f"{each.wrong:.{each.digits}f}",
                            "seeds": each.seeds,
                        }
                        for each in mine
                    ],
                    hide_index=True,
                )
    st.caption(
        "Not every defect lowers every number: at a small rank, a ReLU behind the factors or factors that weigh all "
        "directions alike can even re-train better. They are defects because the method then isn't the paper's."
    )


try:
    page()
except RanklensError as problem:
    say_error(problem)
