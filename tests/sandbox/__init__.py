"""Tests of the played Telegram, over real HTTP."""
