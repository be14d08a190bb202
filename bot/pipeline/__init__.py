"""What happens around every command, one stage a file; the order is `bot.pipeline.order`."""
