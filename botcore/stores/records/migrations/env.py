"""What Alembic runs for every upgrade: on the connection that `migrate.py` holds, inside its transaction."""

from alembic import context

from botcore.stores.records.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite can't alter a column in place
)
with context.begin_transaction():
    context.run_migrations()
