"""The way to a scheduler."""

from distributed import Client

CONNECT_SECONDS = 10


def connect(place: str) -> Client:
    """A client of the scheduler at `place`, HOST:PORT, for one computation alone.

    Raises:
        OSError: when nothing answers there; also as a TimeoutError.
    """
    return Client(f"tcp://{place}", timeout=CONNECT_SECONDS, set_as_default=False)
