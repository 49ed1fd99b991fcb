"""Payout ceremonies, their lists and witnesses."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ceremonies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("host", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("list_digest", sa.String(length=64), nullable=True),
        sa.Column("fund_cash_drawn", sa.BigInteger(), nullable=False),
        sa.Column("fund_cash_returned", sa.BigInteger(), nullable=False),
        sa.Column("case_cash_drawn", sa.BigInteger(), nullable=False),
        sa.Column("case_cash_returned", sa.BigInteger(), nullable=False),
        sa.Column("planned_by_id", sa.Integer(), nullable=False),
        sa.Column("frozen_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("case_cash_returned <= case_cash_drawn", name=op.f("ck_ceremonies_case_cash_within")),
        sa.CheckConstraint("closed_by_id <> planned_by_id", name=op.f("ck_ceremonies_closed_by_another")),
        sa.CheckConstraint("frozen_by_id <> planned_by_id", name=op.f("ck_ceremonies_two_hands")),
        sa.CheckConstraint("fund_cash_returned <= fund_cash_drawn", name=op.f("ck_ceremonies_fund_cash_within")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["users.id"], name=op.f("fk_ceremonies_closed_by_id")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_ceremonies_court_code")),
        sa.ForeignKeyConstraint(["frozen_by_id"], ["users.id"], name=op.f("fk_ceremonies_frozen_by_id")),
        sa.ForeignKeyConstraint(["planned_by_id"], ["users.id"], name=op.f("fk_ceremonies_planned_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ceremonies")),
    )
    op.create_index(op.f("ix_ceremonies_court_code"), "ceremonies", ["court_code"], unique=False)
    op.create_index(
        "uq_ceremonies_open",
        "ceremonies",
        ["court_code"],
        unique=True,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "witnesses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ceremony_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("capacity", sa.String(length=40), nullable=False),
        sa.Column("organisation", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["ceremony_id"], ["ceremonies.id"], name=op.f("fk_witnesses_ceremony_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_witnesses")),
    )
    op.create_index(op.f("ix_witnesses_ceremony_id"), "witnesses", ["ceremony_id"], unique=False)
    op.create_table(
        "ceremony_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("ceremony_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("advance_id", sa.Integer(), nullable=True),
        sa.Column("payout_id", sa.Integer(), nullable=True),
        sa.Column("live_advance_id", sa.Integer(), nullable=True),
        sa.Column("live_payout_id", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("payee_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("agent", sa.String(length=60), nullable=True),
        sa.Column("authority_number", sa.String(length=60), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("identity_checked_by_id", sa.Integer(), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_staff_id", sa.Integer(), nullable=True),
        sa.Column("second_staff_id", sa.Integer(), nullable=True),
        sa.Column("bank_reference", sa.String(length=60), nullable=True),
        sa.Column("receipt_number", sa.String(length=40), nullable=True),
        sa.Column("absent_reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "status <> 'paid' OR (first_staff_id IS NOT NULL AND second_staff_id IS NOT NULL)",
            name=op.f("ck_ceremony_lines_paid_by_two"),
        ),
        sa.CheckConstraint("(advance_id IS NULL) <> (payout_id IS NULL)", name=op.f("ck_ceremony_lines_one_source")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_ceremony_lines_amount_positive")),
        sa.CheckConstraint("first_staff_id <> second_staff_id", name=op.f("ck_ceremony_lines_two_staff")),
        sa.ForeignKeyConstraint(["advance_id"], ["advances.id"], name=op.f("fk_ceremony_lines_advance_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_ceremony_lines_case_id")),
        sa.ForeignKeyConstraint(["ceremony_id"], ["ceremonies.id"], name=op.f("fk_ceremony_lines_ceremony_id")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_ceremony_lines_court_code")),
        sa.ForeignKeyConstraint(["first_staff_id"], ["users.id"], name=op.f("fk_ceremony_lines_first_staff_id")),
        sa.ForeignKeyConstraint(
            ["identity_checked_by_id"], ["users.id"], name=op.f("fk_ceremony_lines_identity_checked_by_id")
        ),
        sa.ForeignKeyConstraint(["live_advance_id"], ["advances.id"], name=op.f("fk_ceremony_lines_live_advance_id")),
        sa.ForeignKeyConstraint(["live_payout_id"], ["payouts.id"], name=op.f("fk_ceremony_lines_live_payout_id")),
        sa.ForeignKeyConstraint(["payee_id"], ["parties.id"], name=op.f("fk_ceremony_lines_payee_id")),
        sa.ForeignKeyConstraint(["payout_id"], ["payouts.id"], name=op.f("fk_ceremony_lines_payout_id")),
        sa.ForeignKeyConstraint(["second_staff_id"], ["users.id"], name=op.f("fk_ceremony_lines_second_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ceremony_lines")),
        sa.UniqueConstraint("ceremony_id", "sequence", name=op.f("uq_ceremony_lines_ceremony_id_sequence")),
        sa.UniqueConstraint("court_code", "bank_reference", name=op.f("uq_ceremony_lines_court_code_bank_reference")),
        sa.UniqueConstraint("court_code", "receipt_number", name=op.f("uq_ceremony_lines_court_code_receipt_number")),
        sa.UniqueConstraint("live_advance_id", name=op.f("uq_ceremony_lines_live_advance_id")),
        sa.UniqueConstraint("live_payout_id", name=op.f("uq_ceremony_lines_live_payout_id")),
    )
    op.create_index(op.f("ix_ceremony_lines_advance_id"), "ceremony_lines", ["advance_id"], unique=False)
    op.create_index(op.f("ix_ceremony_lines_payout_id"), "ceremony_lines", ["payout_id"], unique=False)
    paid_in_cash = (
        "(SELECT COALESCE(SUM(amount), 0) FROM ceremony_lines WHERE ceremony_id = NEW.id AND status = 'paid' "
        "AND method = 'cash' AND source = '{source}')"
    )
    missing = (
        f"NEW.fund_cash_drawn - NEW.fund_cash_returned <> {paid_in_cash.format(source='advance')} "
        f"OR NEW.case_cash_drawn - NEW.case_cash_returned <> {paid_in_cash.format(source='case_money')}"
    )
    listed = (
        "ceremony_id",
        "sequence",
        "source",
        "advance_id",
        "payout_id",
        "case_id",
        "payee_id",
        "category",
        "amount",
        "method",
    )
    planned = "(SELECT status FROM ceremonies WHERE id = {row}.ceremony_id) <> 'planned'"
    if op.get_bind().dialect.name == "sqlite":
        for act, row in (("INSERT", "NEW"), ("DELETE", "OLD"), ("UPDATE OF " + ", ".join(listed), "OLD")):
            op.execute(
                f"CREATE TRIGGER ceremony_lines_frozen_{act[:6].lower()} BEFORE {act} ON ceremony_lines "
                f"WHEN {planned.format(row=row)} BEGIN SELECT RAISE(ABORT, 'the list is frozen'); END"
            )
        op.execute(
            "CREATE TRIGGER ceremonies_stay_frozen BEFORE UPDATE ON ceremonies WHEN OLD.status <> 'planned' "
            "AND (NEW.status = 'planned' OR NEW.list_digest IS NOT OLD.list_digest) "
            "BEGIN SELECT RAISE(ABORT, 'the list is frozen'); END"
        )
        op.execute(
            "CREATE TRIGGER ceremonies_cash_complete BEFORE UPDATE ON ceremonies WHEN NEW.status = 'closed' "
            f"AND OLD.status <> 'closed' AND ({missing}) BEGIN SELECT RAISE(ABORT, 'cash is missing'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION ceremony_lines_frozen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'INSERT' THEN IF {planned.format(row='NEW')} THEN RAISE EXCEPTION 'the list is frozen'; END IF; "
        f"RETURN NEW; END IF; IF {planned.format(row='OLD')} THEN RAISE EXCEPTION 'the list is frozen'; END IF; "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER ceremony_lines_frozen BEFORE INSERT OR DELETE OR UPDATE OF " + ", ".join(listed) + " "
        "ON ceremony_lines FOR EACH ROW EXECUTE FUNCTION ceremony_lines_frozen()"
    )
    op.execute(
        "CREATE FUNCTION ceremonies_guarded() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF OLD.status <> 'planned' AND (NEW.status = 'planned' OR NEW.list_digest IS DISTINCT FROM OLD.list_digest) "
        "THEN RAISE EXCEPTION 'the list is frozen'; END IF; "
        f"IF NEW.status = 'closed' AND OLD.status <> 'closed' AND ({missing}) "
        "THEN RAISE EXCEPTION 'cash is missing'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER ceremonies_guarded BEFORE UPDATE ON ceremonies "
        "FOR EACH ROW EXECUTE FUNCTION ceremonies_guarded()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER ceremony_lines_frozen_{act}")
        op.execute("DROP TRIGGER ceremonies_stay_frozen")
        op.execute("DROP TRIGGER ceremonies_cash_complete")
    else:
        for trigger, table in (("ceremony_lines_frozen", "ceremony_lines"), ("ceremonies_guarded", "ceremonies")):
            op.execute(f"DROP TRIGGER {trigger} ON {table}")
            op.execute(f"DROP FUNCTION {trigger}()")
    op.drop_table("ceremony_lines")
    op.drop_table("witnesses")
    op.drop_table("ceremonies")
