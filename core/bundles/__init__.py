"""What is deployed: a folder, or a zip of it, that classifies with NumPy alone."""

from core.bundles.bundle import Bundle, load_bundle
from core.bundles.export import export_run

__all__ = ["Bundle", "export_run", "load_bundle"]
