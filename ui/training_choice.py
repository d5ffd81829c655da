"""What is trained, and for how long, for pages about training itself: fewer controls than a whole run's form."""

import streamlit as st

from core.config import RunConfig
from core.data import SavedCorpora
from core.errors import RanklensError
from core.parameters import specs
from ui.form import titles_of
from ui.knobs import knob
from ui.words import escape

OWN = ("view", "log", "rates", "schedules", "seeds", "phase", "highest", "test_epochs")
LONGEST = {"pretrain_epochs": 30, "retrain_epochs": 30, "batch_size": 500}

OF_OTHER_PAGES = ("run", "sweep")  # what a link to them names means nothing here


def linked() -> tuple[RunConfig, dict[str, str]]:
    """What the URL holds: a configuration, and the state of the page's own controls."""
    texts = {name: text for name, text in st.query_params.to_dict().items() if name not in OF_OTHER_PAGES}
    own = {name: texts.pop(name) for name in OWN if name in texts}
    try:
        return RunConfig.from_text(texts), own
    except RanklensError as error:
        st.warning(escape(f"The link can't be followed: {error}"))
        return RunConfig(), own


def choose_training(start: RunConfig, *, key: str) -> RunConfig:
    """Data set, model, epochs and batch size; everything else stays as in `start`, so far as it applies.

    The controls start as `start`, and then remember, under their `key`.
    """
    fields = {spec.name: spec for spec in specs(RunConfig)}
    values = {}
    for kind in ("dataset", "model"):
        titles = titles_of(kind, SavedCorpora().names())
        names = [*titles] if getattr(start, kind) in titles else [*titles, getattr(start, kind)]
        values[kind] = st.selectbox(
            {"dataset": "Data set", "model": "Model"}[kind],
            names,
            names.index(getattr(start, kind)),
            format_func=lambda name, titles=titles: titles.get(name, name),
            help=fields[kind].help,
            key=f"{key}-{kind}",
        )
    for name, most in LONGEST.items():
        values[name] = knob(fields[name], getattr(start, name), key=key, most=most)
    return start.changed(**values)
