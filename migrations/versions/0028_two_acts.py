"""No balance is carried into the books by two imports; a year is closed by two persons: asked for by one, agreed by
another.

Years that were closed before, by one act, keep their rows; of them nobody asked, and no request is made up.
"""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import guard, unguard
from migrations.triggers import allow, refuse

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

# A line of zero carries nothing. What stands already, by a mistake of earlier days, can still be undone.
CARRIED_TWICE = """
    NEW.status IN ('requested', 'posted', 'undo_requested') AND OLD.status NOT IN ('posted', 'undo_requested')
    AND EXISTS (
        SELECT 1 FROM openings o
        JOIN opening_lines e ON e.opening_id = o.id AND e.amount <> 0
        JOIN opening_lines l ON l.opening_id = NEW.id AND l.account = e.account AND l.case_ref = e.case_ref
            AND l.source_ref = e.source_ref AND l.amount <> 0
        WHERE o.court_code = NEW.court_code AND o.id <> NEW.id
            AND o.status IN ('requested', 'posted', 'undo_requested'))
"""

REQUESTED = "SELECT 1 FROM year_close_requests q LEFT JOIN year_close_decisions d ON d.request_id = q.id"

# The table, the name of its trigger, and each condition under which a new row is refused with what is said of it.
TRIGGERS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    (
        "year_close_requests",
        "year_close_requests_lawful",
        (
            (
                f"EXISTS ({REQUESTED} WHERE q.court_code = NEW.court_code AND q.year = NEW.year "
                "AND q.round = NEW.round AND COALESCE(d.outcome, '') <> 'returned')",
                "the close of the year was asked for before",
            ),
        ),
    ),
    (
        "year_close_decisions",
        "year_close_decisions_lawful",
        (
            (
                "EXISTS (SELECT 1 FROM year_close_requests q WHERE q.id = NEW.request_id "
                "AND q.requested_by_id = NEW.decided_by_id)",
                "nobody decides what he asked for",
            ),
        ),
    ),
    (
        "closed_years",
        "closed_years_lawful",
        (
            ("NEW.prepared_by_id = NEW.closed_by_id", "a year is not closed by one person"),
            (
                f"NOT EXISTS ({REQUESTED} JOIN closed_months c ON c.id = NEW.closing_id AND c.round = q.round "
                "WHERE q.court_code = NEW.court_code AND q.year = NEW.year AND d.outcome = 'agreed' "
                "AND q.requested_by_id = NEW.prepared_by_id AND d.decided_by_id = NEW.closed_by_id)",
                "it was not asked for by one and agreed by another",
            ),
        ),
    ),
)


def upgrade() -> None:
    op.create_table(
        "year_close_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("explanation", sa.String(length=500), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_year_close_requests_court_code")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["users.id"], name=op.f("fk_year_close_requests_requested_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_year_close_requests")),
    )
    op.create_index(op.f("ix_year_close_requests_court_code"), "year_close_requests", ["court_code"])
    op.create_table(
        "year_close_decisions",
        sa.Column("request_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("opinion", sa.String(length=500), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["year_close_requests.id"], name=op.f("fk_year_close_decisions_request_id")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_year_close_decisions_decided_by_id")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_year_close_decisions")),
    )
    refuse("openings", "openings_once", ((CARRIED_TWICE, "another import carries the same balance"),), act="UPDATE")
    for trigger in TRIGGERS:
        refuse(*trigger)
    guard("year_close_requests")
    guard("year_close_decisions")


def downgrade() -> None:
    unguard("year_close_decisions")
    unguard("year_close_requests")
    for table, name, _refusals in TRIGGERS:
        allow(table, name)
    allow("openings", "openings_once")
    op.drop_table("year_close_decisions")
    op.drop_table("year_close_requests")
