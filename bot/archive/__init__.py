"""Archives on their way in and out: checked, repacked, compressed, cut into parts.

Everything here works piece by piece and blocks: it runs in the threads of the spool.
"""
