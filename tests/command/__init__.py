"""Tests of what a command is, from a typed line to a call."""
