"""Runs that outlive the page that started them: a store, and a worker process for each."""
