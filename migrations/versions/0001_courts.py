"""The courts of the district, and the book that each one's writers take turns on."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "books",
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("chain_length", sa.BigInteger(), nullable=False),
        sa.Column("chain_head", sa.String(length=64), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("court_code", name=op.f("pk_books")),
    )
    op.create_table(
        "courts",
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("parent_code", sa.String(length=10), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["parent_code"], ["courts.code"], name=op.f("fk_courts_parent_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_courts")),
    )
    op.create_index(op.f("ix_courts_parent_code"), "courts", ["parent_code"], unique=False)


def downgrade() -> None:
    op.drop_table("courts")
    op.drop_table("books")
