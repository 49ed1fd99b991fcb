"""Corrections by method, with the right content; how a court writes amounts in capitals, from which day on."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import guard, unguard

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# What a correcting voucher must be whoever writes it; each line is a reason to refuse.
TRUE_TO_ITS_INK = (
    ("NEW.ink <> 'blue' AND NEW.reverses_id IS NULL AND NEW.adjusts_id IS NULL", "this ink only corrects"),
    (
        "COALESCE(NEW.reverses_id, NEW.adjusts_id) IS NOT NULL AND EXISTS (SELECT 1 FROM vouchers o "
        "WHERE o.id = COALESCE(NEW.reverses_id, NEW.adjusts_id) AND ((NEW.ink = 'red' AND o.year <> NEW.year) "
        "OR (NEW.ink = 'blue_mirror' AND o.year = NEW.year) OR (NEW.ink = 'blue' AND o.id = NEW.reverses_id)))",
        "taken off in red in the same year, in blue mirrored in a later one",
    ),
    (
        "NEW.restates_id IS NOT NULL AND EXISTS (SELECT 1 FROM vouchers o WHERE o.id = NEW.restates_id "
        "AND NOT EXISTS (SELECT 1 FROM vouchers r WHERE r.reverses_id = o.id))",
        "what is stated anew was reversed before",
    ),
)


def _true_to_its_ink() -> None:
    if op.get_bind().dialect.name == "sqlite":
        refusals = " ".join(f"SELECT RAISE(ABORT, '{told}') WHERE {broken};" for broken, told in TRUE_TO_ITS_INK)
        op.execute(f"CREATE TRIGGER vouchers_corrections BEFORE INSERT ON vouchers BEGIN {refusals} END")
        return
    refusals = " ".join(f"IF ({broken}) THEN RAISE EXCEPTION '{told}'; END IF;" for broken, told in TRUE_TO_ITS_INK)
    op.execute(
        "CREATE FUNCTION vouchers_corrections() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {refusals} RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER vouchers_corrections BEFORE INSERT ON vouchers "
        "FOR EACH ROW EXECUTE FUNCTION vouchers_corrections()"
    )


def upgrade() -> None:
    op.execute("ALTER TABLE corrections RENAME COLUMN reversal_id TO corrected_by_id")
    op.add_column("corrections", sa.Column("method", sa.String(length=40), server_default="cancel", nullable=False))
    op.execute(
        "ALTER TABLE corrections ADD COLUMN restated_amount BIGINT "
        "CONSTRAINT ck_corrections_restated_positive CHECK (restated_amount > 0)"
    )
    op.add_column("corrections", sa.Column("restated_source", sa.String(length=40), nullable=True))
    op.execute(
        "ALTER TABLE corrections ADD COLUMN restated_movement VARCHAR(40) CONSTRAINT ck_corrections_restated_whole "
        "CHECK ((method = 'cancel') = (restated_movement IS NULL) "
        "AND (restated_movement IS NULL) = (restated_amount IS NULL))"
    )
    op.create_index(
        "uq_corrections_waiting",
        "corrections",
        ["voucher_id"],
        unique=True,
        sqlite_where=sa.text("status = 'requested'"),
        postgresql_where=sa.text("status = 'requested'"),
    )
    _true_to_its_ink()
    op.create_table(
        "amount_writings",
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("zero_after_wan", sa.Boolean(), nullable=False),
        sa.Column("zero_after_yuan", sa.Boolean(), nullable=False),
        sa.Column("whole_after_jiao", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_amount_writings_court_code")),
        sa.PrimaryKeyConstraint("court_code", "effective_from", name=op.f("pk_amount_writings")),
    )
    guard("amount_writings")


def downgrade() -> None:
    unguard("amount_writings")
    op.drop_table("amount_writings")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER vouchers_corrections")
    else:
        op.execute("DROP TRIGGER vouchers_corrections ON vouchers")
        op.execute("DROP FUNCTION vouchers_corrections()")
    op.drop_index("uq_corrections_waiting", "corrections")
    with op.batch_alter_table("corrections") as table:  # a later step may have made checks of the table of them
        table.drop_constraint(op.f("ck_corrections_restated_whole"), type_="check")
        table.drop_constraint(op.f("ck_corrections_restated_positive"), type_="check")
        for column in ("restated_movement", "restated_source", "restated_amount", "method"):
            table.drop_column(column)
    op.execute("ALTER TABLE corrections RENAME COLUMN corrected_by_id TO reversal_id")
