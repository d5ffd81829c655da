"""Lessons: Markdown files whose directives are exercises, computed here, and questions about what they computed."""
