"""What outlives the process: one module a table family, and `database`, the door to all of them.

A leaf: it imports nothing of the bot and knows no chat. Every function takes a connection first and
joins the caller's transaction, so that what belongs together is stored together or not at all:

    await db.write(lambda c: (calls.request(c, call), audit.append(c, event)))

Times are seconds since the epoch and come from the caller. Nothing is imported here: importing
SQLAlchemy takes a fifth of a second, and `pierhead health` does without it.
"""
