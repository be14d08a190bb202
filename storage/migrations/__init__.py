"""The way from each older version of the tables to the next; run by Alembic, only when needed.

A change of the tables is a change of the metadata, `VERSION` in `storage.schema`, and one more file
in `versions`. There is no way back: an older program refuses a newer database.
"""
