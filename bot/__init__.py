"""Pierhead: runs Docker hosts from a chat. From a chat message to a reply, one package a part."""

__version__ = "0.1.0"
