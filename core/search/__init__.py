"""From a target to a model: the smallest configuration that keeps it, and the path that led there."""

from core.search.results import SearchResult
from core.search.search import search
from core.search.target import Target

__all__ = ["SearchResult", "Target", "search"]
