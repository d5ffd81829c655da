"""What pages are built from. Besides `pages/`, the only importer of streamlit."""
