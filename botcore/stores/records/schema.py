"""The tables, in the newest form. `migrations/` brings an older database here; a test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

HEAD = "0001"
"""The newest revision in `migrations/versions`: a database that has it is opened without loading Alembic."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

documents = Table(
    "documents",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("uri", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("digest", String(64), nullable=False),  # of the file's bytes and of how they are read
    Column(
        "synced", Boolean, nullable=False
    ),  # it stands for a file of the knowledge folder, and goes with it
    Column("added_at", Float, nullable=False),
)

chunks = Table(
    "chunks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column(
        "document_id", String(32), ForeignKey("documents.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("position", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("vector", LargeBinary),  # float16, little endian
    Column("vector_of", Text, nullable=False, server_default=""),  # name of the embedder that made it
)

marks = Table(
    "marks",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Integer, nullable=False),
)
"""Counters: `documents` grows with every change of a document, so that other processes notice."""

handovers = Table(
    "handovers",
    metadata,
    Column("reference", String(16), primary_key=True),
    Column("address", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("person_name", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("closed_at", Float),
)

Index(
    "uq_handovers_open_address",
    handovers.c.address,
    unique=True,
    sqlite_where=text("closed_at IS NULL"),
    postgresql_where=text("closed_at IS NULL"),
)
Index("ix_handovers_created_at", handovers.c.created_at)
