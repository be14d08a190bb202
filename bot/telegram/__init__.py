"""Everything of Telegram's: what comes in, how a reply looks, and the one way out."""
