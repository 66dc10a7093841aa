"""Alembic's entry point, which runs the migrations on `shared.schema.migrate`'s connection."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
