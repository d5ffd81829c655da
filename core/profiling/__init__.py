"""Costs, counted and measured."""
