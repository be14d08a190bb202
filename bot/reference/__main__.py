"""Writes the page."""

from bot.reference.page import FILE, text

if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
