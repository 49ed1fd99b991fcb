"""The books: vouchers and postings only grow, balances are guarded, closed months take no vouchers."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import allow_changes, refuse_changes

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "booking_models",
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("model", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_booking_models_court_code")),
        sa.PrimaryKeyConstraint("court_code", name=op.f("pk_booking_models")),
    )
    op.create_table(
        "month_turnovers",
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("debit", sa.BigInteger(), nullable=False),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_month_turnovers_court_code")),
        sa.PrimaryKeyConstraint("court_code", "account", "month", name=op.f("pk_month_turnovers")),
    )
    op.create_table(
        "reservations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("part", sa.String(length=90), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_reservations_amount_positive")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_reservations_court_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservations")),
        sa.UniqueConstraint("court_code", "name", name=op.f("uq_reservations_court_code_name")),
    )
    op.create_index("ix_reservations_court_code_state", "reservations", ["court_code", "state"], unique=False)
    op.create_table(
        "standing_balances",
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("part", sa.String(length=90), nullable=False),
        sa.Column("debit", sa.BigInteger(), nullable=False),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("guard", sa.String(length=6), nullable=False),
        sa.CheckConstraint(
            "guard <> 'credit' OR credit - debit - held >= 0", name=op.f("ck_standing_balances_credit_covered")
        ),
        sa.CheckConstraint(
            "guard <> 'debit' OR debit - credit - held >= 0", name=op.f("ck_standing_balances_debit_covered")
        ),
        sa.CheckConstraint("held >= 0", name=op.f("ck_standing_balances_held_counted")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_standing_balances_court_code")),
        sa.PrimaryKeyConstraint("court_code", "account", "part", name=op.f("pk_standing_balances")),
    )
    op.create_table(
        "voucher_series",
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_voucher_series_court_code")),
        sa.PrimaryKeyConstraint("court_code", "year", name=op.f("pk_voucher_series")),
    )
    op.create_table(
        "closed_months",
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("vouchers", sa.BigInteger(), nullable=False),
        sa.Column("closed_by_id", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["closed_by_id"], ["users.id"], name=op.f("fk_closed_months_closed_by_id")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_closed_months_court_code")),
        sa.PrimaryKeyConstraint("court_code", "month", name=op.f("pk_closed_months")),
    )
    op.create_table(
        "vouchers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("attachments", sa.Integer(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("prepared_by_id", sa.Integer(), nullable=False),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=False),
        sa.Column("booked_by_id", sa.Integer(), nullable=False),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("attachments >= 0", name=op.f("ck_vouchers_attachments_counted")),
        sa.CheckConstraint("number > 0", name=op.f("ck_vouchers_number_positive")),
        sa.CheckConstraint("prepared_by_id <> reviewed_by_id", name=op.f("ck_vouchers_two_hands")),
        sa.ForeignKeyConstraint(["booked_by_id"], ["users.id"], name=op.f("fk_vouchers_booked_by_id")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_vouchers_court_code")),
        sa.ForeignKeyConstraint(["prepared_by_id"], ["users.id"], name=op.f("fk_vouchers_prepared_by_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["vouchers.id"], name=op.f("fk_vouchers_reverses_id")),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["users.id"], name=op.f("fk_vouchers_reviewed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vouchers")),
        sa.UniqueConstraint("court_code", "name", name=op.f("uq_vouchers_court_code_name")),
        sa.UniqueConstraint("court_code", "year", "number", name=op.f("uq_vouchers_court_code_year_number")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_vouchers_reverses_id")),
    )
    op.create_index("ix_vouchers_court_code_business_date", "vouchers", ["court_code", "business_date"], unique=False)
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("voucher_id", sa.Integer(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=True),
        sa.Column("reversal_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_corrections_court_code")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["users.id"], name=op.f("fk_corrections_requested_by_id")),
        sa.ForeignKeyConstraint(["reversal_id"], ["vouchers.id"], name=op.f("fk_corrections_reversal_id")),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["users.id"], name=op.f("fk_corrections_reviewed_by_id")),
        sa.ForeignKeyConstraint(["voucher_id"], ["vouchers.id"], name=op.f("fk_corrections_voucher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index(op.f("ix_corrections_court_code"), "corrections", ["court_code"], unique=False)
    op.create_index(op.f("ix_corrections_voucher_id"), "corrections", ["voucher_id"], unique=False)
    op.create_table(
        "posting_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("voucher_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("movement", sa.String(length=40), nullable=False),
        sa.Column("debit", sa.String(length=40), nullable=False),
        sa.Column("credit", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("case_ref", sa.String(length=40), nullable=True),
        sa.Column("source_ref", sa.String(length=40), nullable=True),
        sa.Column("debtor_ref", sa.String(length=40), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_posting_lines_amount_positive")),
        sa.CheckConstraint("debit <> credit", name=op.f("ck_posting_lines_two_accounts")),
        sa.ForeignKeyConstraint(["voucher_id"], ["vouchers.id"], name=op.f("fk_posting_lines_voucher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_lines")),
        sa.UniqueConstraint("voucher_id", "line", name=op.f("uq_posting_lines_voucher_id_line")),
    )
    op.create_index("ix_posting_lines_case_ref", "posting_lines", ["case_ref"], unique=False)
    op.create_index("ix_posting_lines_source_ref", "posting_lines", ["source_ref"], unique=False)
    refuse_changes("booking_models")
    refuse_changes("closed_months")
    refuse_changes("vouchers")
    refuse_changes("posting_lines")
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER vouchers_closed_month BEFORE INSERT ON vouchers WHEN EXISTS (SELECT 1 FROM closed_months c "
            "WHERE c.court_code = NEW.court_code AND c.month >= substr(NEW.business_date, 1, 7)) "
            "BEGIN SELECT RAISE(ABORT, 'the month is closed'); END"
        )
    else:
        op.execute(
            "CREATE FUNCTION vouchers_closed_month() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF EXISTS (SELECT 1 FROM closed_months c WHERE c.court_code = NEW.court_code "
            "AND c.month >= to_char(NEW.business_date, 'YYYY-MM')) THEN RAISE EXCEPTION 'the month is closed'; END IF; "
            "RETURN NEW; END $$"
        )
        op.execute(
            "CREATE TRIGGER vouchers_closed_month BEFORE INSERT ON vouchers "
            "FOR EACH ROW EXECUTE FUNCTION vouchers_closed_month()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER vouchers_closed_month")
    else:
        op.execute("DROP TRIGGER vouchers_closed_month ON vouchers")
        op.execute("DROP FUNCTION vouchers_closed_month()")
    allow_changes("booking_models")
    allow_changes("closed_months")
    allow_changes("vouchers")
    allow_changes("posting_lines")
    op.drop_table("posting_lines")
    op.drop_table("corrections")
    op.drop_table("vouchers")
    op.drop_table("closed_months")
    op.drop_table("voucher_series")
    op.drop_table("standing_balances")
    op.drop_table("reservations")
    op.drop_table("month_turnovers")
    op.drop_table("booking_models")
