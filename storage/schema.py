"""What all tables share: the metadata, the types that differ between databases, the version.

The tables stand beside their functions, one module a family; `storage.tables` gathers them. They
are the source; the migrations lead older databases to them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    literal_column,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import LargeBinary

VERSION = "0008"  # of the newest migration

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

# SQLite numbers rows by itself only where the type is spelt INTEGER.
RowId = BigInteger().with_variant(Integer, "sqlite")

# The table that Alembic keeps, declared so that a new database needs no Alembic.
alembic_version = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), primary_key=True, nullable=False),
)
alembic_version.primary_key.name = "alembic_version_pkc"


class json_text(FunctionElement[str]):  # noqa: N801 - reads as the SQL function that it stands for
    """The value at a key of a column of JSON text, as text; none if that is no JSON (any more)."""

    type = Text()
    inherit_cache = True
    name = "json_text"


@compiles(json_text)
def _json_text(element: json_text, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    column, key = element.clauses
    text = compiler.process(column, **kw)
    return f"CASE WHEN json_valid({text}) THEN json_extract({text}, '$.{key.value}') END"


@compiles(json_text, "postgresql")
def _json_text_postgresql(element: json_text, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    column, key = element.clauses
    return f"(CAST({compiler.process(column, **kw)} AS jsonb) ->> '{key.value}')"


class raw(FunctionElement[bytes]):  # noqa: N801 - reads as the SQL function that it stands for
    """The bytes of a column, or none where something of another type was put in its place.

    Text that is no UTF-8 would be an error of the driver, at whatever row it stands.
    """

    type = LargeBinary()
    inherit_cache = True
    name = "raw"


@compiles(raw)
def _raw(element: raw, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    (column,) = element.clauses
    value = compiler.process(column, **kw)
    kind = "blob" if isinstance(column.type, LargeBinary) else "text"
    return f"CASE typeof({value}) WHEN '{kind}' THEN CAST({value} AS BLOB) END"


@compiles(raw, "postgresql")
def _raw_postgresql(element: raw, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    (column,) = element.clauses
    value = compiler.process(column, **kw)
    return value if isinstance(column.type, LargeBinary) else f"convert_to({value}, 'UTF8')"


def word(value: str) -> ColumnElement[str]:
    """A constant in the statement itself: a partial index serves only what reads the same.

    Indexes are partial on SQLite alone. To name PostgreSQL's option would load its whole dialect
    at every start: 60 ms and 4 MiB.
    """
    return literal_column(f"'{value}'", String)
