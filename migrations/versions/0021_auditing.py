"""Samples as they were drawn, findings with every step until they are put right, and notes: nothing of it is changed.

A sample takes no item beyond those it counts. Findings of a court and year are numbered without a gap. The steps of a
finding come in their order, by people of the court whose turn it is, and nobody closes what he himself promised.
"""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import guard, unguard
from migrations.triggers import allow, refuse

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TABLES = ("samples", "sample_items", "findings", "finding_steps", "notes")

LAST_STEP = "(SELECT MAX(s.seq) FROM finding_steps s WHERE s.finding_id = NEW.finding_id)"
LAST_KIND = (
    "COALESCE((SELECT s.kind FROM finding_steps s WHERE s.finding_id = NEW.finding_id AND s.seq = NEW.seq - 1), '')"
)
IN_TURN = (
    f"(NEW.kind = 'measure' AND {LAST_KIND} IN ('', 'measure', 'returned')) "
    f"OR (NEW.kind = 'evidence' AND {LAST_KIND} IN ('measure', 'returned')) "
    f"OR (NEW.kind IN ('returned', 'closed') AND {LAST_KIND} = 'evidence')"
)
OWN_HAND = (
    "NEW.kind IN ('returned', 'closed') AND EXISTS (SELECT 1 FROM finding_steps s WHERE s.finding_id = NEW.finding_id "
    "AND s.kind IN ('measure', 'evidence') AND s.actor_id = NEW.actor_id)"
)
OF_THE_COURT = (
    "EXISTS (SELECT 1 FROM users u JOIN findings f ON f.id = NEW.finding_id WHERE u.id = NEW.{who} "
    "AND u.court_code = {court}{more})"
)
ACTING_COURT = "CASE WHEN NEW.kind IN ('measure', 'evidence') THEN f.court_code ELSE f.audited_by END"

# The table, the name of its trigger, and each condition under which a new row is refused with what is said of it.
TRIGGERS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    (
        "sample_items",
        "sample_items_counted",
        (
            (
                "EXISTS (SELECT 1 FROM samples s WHERE s.id = NEW.sample_id AND NEW.place > s.item_count)",
                "the sample is complete",
            ),
        ),
    ),
    (
        "findings",
        "findings_numbered",
        (
            (
                "NEW.number <> 1 + COALESCE((SELECT MAX(f.number) FROM findings f "
                "WHERE f.court_code = NEW.court_code AND f.year = NEW.year), 0)",
                "findings are numbered without a gap",
            ),
        ),
    ),
    (
        "finding_steps",
        "finding_steps_in_turn",
        (
            (f"NEW.seq <> 1 + COALESCE({LAST_STEP}, 0)", "steps are counted without a gap"),
            (f"NOT ({IN_TURN})", "the step is out of turn"),
            (OWN_HAND, "nobody closes what he promised himself"),
            (
                "NOT " + OF_THE_COURT.format(who="actor_id", court=ACTING_COURT, more=""),
                "the step is made by another court",
            ),
            (
                "NEW.responsible_id IS NOT NULL AND NOT "
                + OF_THE_COURT.format(who="responsible_id", court="f.court_code", more=" AND u.is_active"),
                "nobody of the audited court is responsible",
            ),
        ),
    ),
)


def _samples() -> None:
    op.create_table(
        "samples",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("population", sa.String(length=40), nullable=False),
        sa.Column("courts", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("interval_amount", sa.BigInteger(), nullable=True),
        sa.Column("start_amount", sa.BigInteger(), nullable=True),
        sa.Column("bounds", sa.String(length=200), nullable=False),
        sa.Column("sizes", sa.String(length=100), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("is_seed_typed", sa.Boolean(), nullable=False),
        sa.Column("purpose", sa.String(length=500), nullable=False),
        sa.Column("population_count", sa.Integer(), nullable=False),
        sa.Column("population_amount", sa.BigInteger(), nullable=False),
        sa.Column("population_digest", sa.String(length=64), nullable=False),
        sa.Column("item_count", sa.Integer(), nullable=False),
        sa.Column("items_amount", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("drawn_by_id", sa.Integer(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_samples_days_in_order")),
        sa.CheckConstraint("item_count > 0 AND item_count <= population_count", name=op.f("ck_samples_items_counted")),
        sa.CheckConstraint(
            "items_amount > 0 AND items_amount <= population_amount", name=op.f("ck_samples_items_amounted")
        ),
        sa.CheckConstraint(
            "(method = 'money_unit') = (interval_amount IS NOT NULL)", name=op.f("ck_samples_interval_for_money_units")
        ),
        sa.CheckConstraint(
            "(interval_amount IS NULL) = (start_amount IS NULL)", name=op.f("ck_samples_start_with_interval")
        ),
        sa.CheckConstraint(
            "start_amount > 0 AND start_amount <= interval_amount", name=op.f("ck_samples_start_within")
        ),
        sa.CheckConstraint("seed <> ''", name=op.f("ck_samples_seeded")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_samples_court_code")),
        sa.ForeignKeyConstraint(["drawn_by_id"], ["users.id"], name=op.f("fk_samples_drawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_samples")),
    )
    op.create_index(op.f("ix_samples_court_code"), "samples", ["court_code"], unique=False)
    op.create_table(
        "sample_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("cited", sa.String(length=60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("stratum", sa.Integer(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.CheckConstraint("place > 0", name=op.f("ck_sample_items_place_positive")),
        sa.CheckConstraint("hits > 0", name=op.f("ck_sample_items_hits_positive")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_sample_items_amount_positive")),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name=op.f("fk_sample_items_sample_id")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_sample_items_court_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_items")),
        sa.UniqueConstraint("sample_id", "place", name=op.f("uq_sample_items_sample_id_place")),
        sa.UniqueConstraint("sample_id", "subject", name=op.f("uq_sample_items_sample_id_subject")),
    )


def _findings() -> None:
    op.create_table(
        "findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("audited_by", sa.String(length=10), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("description", sa.String(length=2000), nullable=False),
        sa.Column("rule", sa.String(length=300), nullable=False),
        sa.Column("severity", sa.String(length=40), nullable=False),
        sa.Column("records", sa.String(length=500), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_findings_number_positive")),
        sa.CheckConstraint("records <> ''", name=op.f("ck_findings_points_at_records")),
        sa.ForeignKeyConstraint(["audited_by"], ["courts.code"], name=op.f("fk_findings_audited_by")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_findings_court_code")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["users.id"], name=op.f("fk_findings_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
        sa.UniqueConstraint("court_code", "year", "number", name=op.f("uq_findings_court_code_year_number")),
    )
    op.create_index(op.f("ix_findings_audited_by"), "findings", ["audited_by"], unique=False)
    op.create_table(
        "finding_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("records", sa.String(length=500), nullable=False),
        sa.Column("responsible_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'measure') = (responsible_id IS NOT NULL)", name=op.f("ck_finding_steps_somebody_responsible")
        ),
        sa.CheckConstraint(
            "(kind IN ('measure', 'returned')) = (due_on IS NOT NULL)", name=op.f("ck_finding_steps_by_a_day")
        ),
        sa.CheckConstraint("text <> ''", name=op.f("ck_finding_steps_said")),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_finding_steps_actor_id")),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name=op.f("fk_finding_steps_finding_id")),
        sa.ForeignKeyConstraint(["responsible_id"], ["users.id"], name=op.f("fk_finding_steps_responsible_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_steps")),
        sa.UniqueConstraint("finding_id", "seq", name=op.f("uq_finding_steps_finding_id_seq")),
    )


def _notes() -> None:
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("record", sa.String(length=60), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_notes_said")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_notes_court_code")),
        sa.ForeignKeyConstraint(["written_by_id"], ["users.id"], name=op.f("fk_notes_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index("ix_notes_record", "notes", ["record"], unique=False)


def upgrade() -> None:
    _samples()
    _findings()
    _notes()
    for trigger in TRIGGERS:
        refuse(*trigger)
    for table in TABLES:  # last: SQLite fires the newest trigger first, and a row in the way is to be named as such
        guard(table)


def downgrade() -> None:
    for table in TABLES:
        unguard(table)
    for table, name, _refusals in TRIGGERS:
        allow(table, name)
    for table in reversed(TABLES):
        op.drop_table(table)
