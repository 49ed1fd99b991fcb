"""No day ends with less than nothing on an account that may not be overdrawn; no line joins a voucher that has all of
its own; the cashier books no voucher.

A day that is overdrawn already may stay so and may be mended, but gets no worse.
"""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

OVERDRAWN = (
    "(substr(NEW.account, 1, 1) = '1' AND NEW.debit < NEW.credit) "
    "OR (substr(NEW.account, 1, 1) = '2' AND NEW.credit < NEW.debit)"
)
DEEPER = (
    "(CASE substr(NEW.account, 1, 1) WHEN '1' THEN NEW.debit - NEW.credit ELSE NEW.credit - NEW.debit END) < {before}"
)
BEFORE = {
    "INSERT": (
        "COALESCE((SELECT CASE substr(d.account, 1, 1) WHEN '1' THEN d.debit - d.credit ELSE d.credit - d.debit END "
        "FROM day_totals d WHERE d.court_code = NEW.court_code AND d.account = NEW.account AND d.part = NEW.part "
        "AND d.day <= NEW.day ORDER BY d.day DESC LIMIT 1), 0)"
    ),
    "UPDATE": ("(CASE substr(OLD.account, 1, 1) WHEN '1' THEN OLD.debit - OLD.credit ELSE OLD.credit - OLD.debit END)"),
}
BEYOND = (
    "(SELECT SUM(p.amount) FROM posting_lines p WHERE p.voucher_id = NEW.voucher_id) > "
    "(SELECT v.total FROM vouchers v WHERE v.id = NEW.voucher_id)"
)
BY_CASHIER = "NEW.booked_by_id = NEW.cashier_id AND NEW.cashier_id <> NEW.reviewed_by_id"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for moment, before in BEFORE.items():
            op.execute(
                f"CREATE TRIGGER day_totals_covered_{moment.lower()} BEFORE {moment} ON day_totals WHEN {OVERDRAWN} "
                f"BEGIN SELECT RAISE(ABORT, 'a day would end overdrawn') WHERE {DEEPER.format(before=before)}; END"
            )
        op.execute(
            f"CREATE TRIGGER posting_lines_total AFTER INSERT ON posting_lines WHEN {BEYOND} "
            "BEGIN SELECT RAISE(ABORT, 'the lines exceed the total of their voucher'); END"
        )
        op.execute(
            f"CREATE TRIGGER vouchers_bookkeeper BEFORE INSERT ON vouchers WHEN {BY_CASHIER} "
            "BEGIN SELECT RAISE(ABORT, 'the cashier keeps no ledger'); END"
        )
        return
    for moment, before in BEFORE.items():
        name = f"day_totals_covered_{moment.lower()}"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {DEEPER.format(before=before)} THEN RAISE EXCEPTION 'a day would end overdrawn'; END IF; "
            "RETURN NEW; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {moment} ON day_totals "
            f"FOR EACH ROW WHEN ({OVERDRAWN}) EXECUTE FUNCTION {name}()"
        )
    op.execute(
        "CREATE FUNCTION posting_lines_total() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 "
        "FROM vouchers v WHERE v.id IN (SELECT a.voucher_id FROM added a) AND v.total < "
        "(SELECT SUM(p.amount) FROM posting_lines p WHERE p.voucher_id = v.id)) "
        "THEN RAISE EXCEPTION 'the lines exceed the total of their voucher'; END IF; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER posting_lines_total AFTER INSERT ON posting_lines REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION posting_lines_total()"
    )
    op.execute(
        "CREATE FUNCTION vouchers_bookkeeper() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'the cashier keeps no ledger'; END $$"
    )
    op.execute(
        "CREATE TRIGGER vouchers_bookkeeper BEFORE INSERT ON vouchers "
        f"FOR EACH ROW WHEN ({BY_CASHIER}) EXECUTE FUNCTION vouchers_bookkeeper()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for moment in BEFORE:
            op.execute(f"DROP TRIGGER day_totals_covered_{moment.lower()}")
        op.execute("DROP TRIGGER posting_lines_total")
        op.execute("DROP TRIGGER vouchers_bookkeeper")
        return
    for moment in BEFORE:
        op.execute(f"DROP TRIGGER day_totals_covered_{moment.lower()} ON day_totals")
        op.execute(f"DROP FUNCTION day_totals_covered_{moment.lower()}()")
    op.execute("DROP TRIGGER posting_lines_total ON posting_lines")
    op.execute("DROP FUNCTION posting_lines_total()")
    op.execute("DROP TRIGGER vouchers_bookkeeper ON vouchers")
    op.execute("DROP FUNCTION vouchers_bookkeeper()")
