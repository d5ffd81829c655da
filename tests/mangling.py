"""Files that were cut, scribbled on, or are something else altogether."""

from hypothesis import strategies as st

MANGLING = {
    "cuts": st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=8), st.integers(0, 9)), max_size=4),
    "noise": st.none() | st.binary(max_size=200),
}


def mangle(path, cuts, noise):
    """At each share of the file's bytes, some come in and some go; or it is all noise."""
    content = path.read_bytes() if noise is None else noise
    for share, inserted, dropped in cuts:
        at = int(share * len(content))
        content = content[:at] + inserted + content[at + dropped :]
    path.write_bytes(content)
