"""Vouchers by kind, with posting day, cashier and ink; the end of every day is kept for balances of any day.

Books that exist keep their numbers: they become the numbers among all kinds, and each kind is numbered beside them.
"""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import guard, unguard

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

MONEY = "('1001.01', '1002.01', '1002.02')"
BY_SOURCE = "('1001.01', '1002.01', '2901.01')"

KINDS = f"""
    UPDATE vouchers SET posted_on = business_date,
        ink = CASE WHEN reverses_id IS NULL THEN 'blue' ELSE 'blue_mirror' END,
        kind = CASE
            WHEN EXISTS (SELECT 1 FROM posting_lines p WHERE p.voucher_id = vouchers.id AND p.credit IN {MONEY})
                THEN 'payment'
            WHEN EXISTS (SELECT 1 FROM posting_lines p WHERE p.voucher_id = vouchers.id AND p.debit IN {MONEY})
                THEN 'receipt'
            ELSE 'transfer' END
"""

KIND_NUMBERS = """
    UPDATE vouchers SET kind_number = counted.at,
        cashier_id = CASE WHEN kind = 'transfer' THEN NULL ELSE prepared_by_id END
    FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY court_code, year, kind ORDER BY number) AS at FROM vouchers)
        counted
    WHERE counted.id = vouchers.id
"""

SERIES = """
    INSERT INTO number_series (court_code, year, kind, last_number)
    SELECT court_code, year, 'all', last_number FROM voucher_series
    UNION ALL SELECT court_code, year, kind, MAX(kind_number) FROM vouchers GROUP BY court_code, year, kind
"""

DAYS = f"""
    INSERT INTO day_totals (court_code, account, part, day, debit, credit)
    SELECT court_code, account, part, day,
        SUM(debit) OVER (PARTITION BY court_code, account, part ORDER BY day),
        SUM(credit) OVER (PARTITION BY court_code, account, part ORDER BY day)
    FROM (
        SELECT court_code, account, part, day, SUM(debit) AS debit, SUM(credit) AS credit FROM (
            SELECT v.court_code, p.debit AS account, '' AS part, v.posted_on AS day, p.amount AS debit, 0 AS credit
            FROM posting_lines p JOIN vouchers v ON v.id = p.voucher_id
            UNION ALL SELECT v.court_code, p.credit, '', v.posted_on, 0, p.amount
            FROM posting_lines p JOIN vouchers v ON v.id = p.voucher_id
            UNION ALL SELECT v.court_code, p.debit, p.source_ref, v.posted_on, p.amount, 0
            FROM posting_lines p JOIN vouchers v ON v.id = p.voucher_id
            WHERE p.source_ref IS NOT NULL AND p.debit IN {BY_SOURCE}
            UNION ALL SELECT v.court_code, p.credit, p.source_ref, v.posted_on, 0, p.amount
            FROM posting_lines p JOIN vouchers v ON v.id = p.voucher_id
            WHERE p.source_ref IS NOT NULL AND p.credit IN {BY_SOURCE}
        ) moved GROUP BY court_code, account, part, day
    ) daily
"""

MONTHS = """
    INSERT INTO month_turnovers (court_code, account, month, debit, credit)
    SELECT court_code, account, month, SUM(debit), SUM(credit) FROM (
        SELECT v.court_code, p.debit AS account, v.month, p.amount AS debit, 0 AS credit
        FROM posting_lines p JOIN vouchers v ON v.id = p.voucher_id
        UNION ALL SELECT v.court_code, p.credit, v.month, 0, p.amount
        FROM posting_lines p JOIN vouchers v ON v.id = p.voucher_id
    ) moved GROUP BY court_code, account, month
"""

# What a voucher must be whoever writes it; each line is a reason to refuse.
WHOLE = (
    ("substr(CAST(NEW.posted_on AS VARCHAR(10)), 1, 7) <> NEW.month", "the period is not that of the posting day"),
    ("CAST(NEW.year AS VARCHAR(4)) <> substr(NEW.month, 1, 4)", "the year is not that of the posting day"),
    ("NEW.posted_on < NEW.business_date", "posted before it happened"),
    ("NEW.kind NOT IN ('receipt', 'payment', 'transfer') OR NEW.kind_number < 1", "no kind or no number of its kind"),
    ("(NEW.kind <> 'transfer') <> (NEW.cashier_id IS NOT NULL)", "a cashier signs what moves money, and only that"),
    ("NEW.cashier_id = NEW.reviewed_by_id", "the cashier does not review"),
    (
        "CASE WHEN NEW.reverses_id IS NULL THEN 0 ELSE 1 END + CASE WHEN NEW.adjusts_id IS NULL THEN 0 ELSE 1 END "
        "+ CASE WHEN NEW.restates_id IS NULL THEN 0 ELSE 1 END > 1",
        "it corrects in two ways",
    ),
    (
        "(NEW.adjusts_id IS NOT NULL AND EXISTS (SELECT 1 FROM vouchers o WHERE o.reverses_id = NEW.adjusts_id)) "
        "OR (NEW.reverses_id IS NOT NULL AND EXISTS (SELECT 1 FROM vouchers o WHERE o.adjusts_id = NEW.reverses_id))",
        "what it corrects was corrected before",
    ),
    (
        "COALESCE(NEW.reverses_id, NEW.adjusts_id, NEW.restates_id) IS NOT NULL AND EXISTS (SELECT 1 FROM vouchers o "
        "WHERE o.id = COALESCE(NEW.reverses_id, NEW.adjusts_id, NEW.restates_id) "
        "AND (o.court_code <> NEW.court_code OR o.posted_on > NEW.posted_on))",
        "what it corrects is of another court or stands after it",
    ),
    (
        "COALESCE(NEW.reverses_id, NEW.adjusts_id) IS NOT NULL AND EXISTS (SELECT 1 FROM vouchers o "
        "WHERE o.id = COALESCE(NEW.reverses_id, NEW.adjusts_id) "
        "AND (o.reverses_id IS NOT NULL OR o.adjusts_id IS NOT NULL))",
        "a correction is not corrected",
    ),
)


def _closed_month(day: str) -> None:
    """A month that is closed, and those before it, take no voucher: by the day that ``day`` names."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER vouchers_closed_month BEFORE INSERT ON vouchers WHEN EXISTS (SELECT 1 FROM closed_months c "
            f"WHERE c.court_code = NEW.court_code AND c.month >= substr(NEW.{day}, 1, 7)) "
            "BEGIN SELECT RAISE(ABORT, 'the month is closed'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION vouchers_closed_month() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF EXISTS (SELECT 1 FROM closed_months c WHERE c.court_code = NEW.court_code "
        f"AND c.month >= to_char(NEW.{day}, 'YYYY-MM')) THEN RAISE EXCEPTION 'the month is closed'; END IF; "
        "RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER vouchers_closed_month BEFORE INSERT ON vouchers "
        "FOR EACH ROW EXECUTE FUNCTION vouchers_closed_month()"
    )


def _drop(trigger: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {trigger}")
        return
    op.execute(f"DROP TRIGGER {trigger} ON vouchers")
    op.execute(f"DROP FUNCTION {trigger}()")


def _whole() -> None:
    if op.get_bind().dialect.name == "sqlite":
        refusals = " ".join(f"SELECT RAISE(ABORT, '{told}') WHERE {broken};" for broken, told in WHOLE)
        op.execute(f"CREATE TRIGGER vouchers_whole BEFORE INSERT ON vouchers BEGIN {refusals} END")
        return
    refusals = " ".join(f"IF ({broken}) THEN RAISE EXCEPTION '{told}'; END IF;" for broken, told in WHOLE)
    op.execute(
        f"CREATE FUNCTION vouchers_whole() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {refusals} RETURN NEW; END $$"
    )
    op.execute("CREATE TRIGGER vouchers_whole BEFORE INSERT ON vouchers FOR EACH ROW EXECUTE FUNCTION vouchers_whole()")


def _link(name: str, table: str) -> str:
    return f"ALTER TABLE vouchers ADD COLUMN {name} INTEGER CONSTRAINT fk_vouchers_{name} REFERENCES {table} (id)"


def upgrade() -> None:
    _drop("vouchers_closed_month")
    unguard("vouchers")
    for column in (
        sa.Column("kind", sa.String(length=40), server_default="", nullable=False),
        sa.Column("kind_number", sa.Integer(), server_default="0", nullable=False),
        sa.Column("posted_on", sa.Date(), server_default="0001-01-01", nullable=False),
        sa.Column("ink", sa.String(length=40), server_default="blue", nullable=False),
        sa.Column("form", sa.String(length=4), server_default="1", nullable=False),
    ):
        op.add_column("vouchers", column)
    op.execute(_link("cashier_id", "users"))
    op.execute(_link("adjusts_id", "vouchers"))
    op.execute(_link("restates_id", "vouchers"))
    op.create_table(
        "number_series",
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_number_series_court_code")),
        sa.PrimaryKeyConstraint("court_code", "year", "kind", name=op.f("pk_number_series")),
    )
    op.create_table(
        "day_totals",
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("part", sa.String(length=90), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("debit", sa.BigInteger(), nullable=False),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_day_totals_court_code")),
        sa.PrimaryKeyConstraint("court_code", "account", "part", "day", name=op.f("pk_day_totals")),
    )
    for statement in (KINDS, KIND_NUMBERS, SERIES, DAYS):
        op.execute(statement)
    op.drop_table("voucher_series")
    op.drop_table("month_turnovers")
    op.drop_index("ix_vouchers_court_code_business_date", "vouchers")  # journals and ledgers go by the posting day
    op.create_index("uq_vouchers_kind_number", "vouchers", ["court_code", "year", "kind", "kind_number"], unique=True)
    op.create_index("uq_vouchers_adjusts_id", "vouchers", ["adjusts_id"], unique=True)
    op.create_index("uq_vouchers_restates_id", "vouchers", ["restates_id"], unique=True)
    op.create_index("ix_vouchers_court_code_id", "vouchers", ["court_code", "id"])
    op.create_index("ix_vouchers_court_code_posted_on", "vouchers", ["court_code", "posted_on"])
    op.create_index("ix_posting_lines_debtor_ref", "posting_lines", ["debtor_ref"])
    _closed_month("posted_on")
    _whole()
    guard("vouchers")


def downgrade() -> None:
    _drop("vouchers_whole")
    _drop("vouchers_closed_month")
    unguard("vouchers")
    op.drop_index("ix_posting_lines_debtor_ref", "posting_lines")
    op.drop_index("ix_vouchers_court_code_id", "vouchers")
    for index in ("ix_vouchers_court_code_posted_on", "uq_vouchers_restates_id", "uq_vouchers_adjusts_id"):
        op.drop_index(index, "vouchers")
    op.drop_index("uq_vouchers_kind_number", "vouchers")
    op.create_index("ix_vouchers_court_code_business_date", "vouchers", ["court_code", "business_date"])
    op.create_table(
        "voucher_series",
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_voucher_series_court_code")),
        sa.PrimaryKeyConstraint("court_code", "year", name=op.f("pk_voucher_series")),
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
    op.execute(
        "INSERT INTO voucher_series (court_code, year, last_number) "
        "SELECT court_code, year, last_number FROM number_series WHERE kind = 'all'"
    )
    op.execute(MONTHS)
    op.drop_table("day_totals")
    op.drop_table("number_series")
    for column in ("restates_id", "adjusts_id", "cashier_id", "form", "ink", "posted_on", "kind_number", "kind"):
        op.execute(f"ALTER TABLE vouchers DROP COLUMN {column}")
    guard("vouchers")
    _closed_month("business_date")
