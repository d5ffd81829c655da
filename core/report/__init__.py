"""A finished run for somebody who wasn't there: its headline, a page to hand on, a notebook that runs it again."""
