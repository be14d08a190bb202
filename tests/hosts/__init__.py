"""Tests of bot.hosts."""
