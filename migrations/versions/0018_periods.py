"""A closed month is reopened by two persons and closed again; no closing is ever deleted, and what it held is proved.

Closings that exist keep their rows: each is the first of its month, with the digest of the vouchers that it held. On
the way back only the closings that stand are kept, because the former table knew no others.
"""

import hashlib

import sqlalchemy as sa
from alembic import op

from migrations.append_only import guard, unguard

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

STANDING = "NOT EXISTS (SELECT 1 FROM reopened_months r WHERE r.closing_id = c.id)"

# What is refused whoever writes it: a table, and its reasons.
REFUSALS = {
    "closed_months": (
        (
            "EXISTS (SELECT 1 FROM closed_months c WHERE c.court_code = NEW.court_code AND c.month >= NEW.month "
            f"AND c.id <> NEW.id AND {STANDING})",
            "the month is closed already",
        ),
        (
            "NEW.round <> 1 + (SELECT COUNT(*) FROM closed_months c WHERE c.court_code = NEW.court_code "
            "AND c.month = NEW.month AND c.id <> NEW.id)",
            "the closings of a month are counted without gap",
        ),
    ),
    "reopened_months": (
        (
            "NOT EXISTS (SELECT 1 FROM closed_months c WHERE c.id = NEW.closing_id AND c.court_code = NEW.court_code)",
            "there is no such closing in this court",
        ),
        (
            "EXISTS (SELECT 1 FROM closed_months c WHERE c.court_code = NEW.court_code AND c.month > "
            f"(SELECT m.month FROM closed_months m WHERE m.id = NEW.closing_id) AND {STANDING})",
            "only the last closed month is reopened",
        ),
        (
            "NEW.audited_by_id IS NULL AND EXISTS (SELECT 1 FROM closed_months c WHERE c.id = NEW.closing_id "
            "AND substr(c.month, 6, 2) = '12')",
            "a year is not reopened without the auditor",
        ),
        (
            "NOT EXISTS (SELECT 1 FROM reopening_requests q JOIN reopening_decisions d ON d.request_id = q.id "
            "WHERE q.closing_id = NEW.closing_id AND q.requested_by_id = NEW.requested_by_id "
            "AND d.step = 'approval' AND d.outcome = 'agreed' AND d.decided_by_id = NEW.agreed_by_id)",
            "it was not asked for by one and agreed by another",
        ),
        (
            "NEW.audited_by_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM reopening_requests q JOIN reopening_decisions "
            "d ON d.request_id = q.id WHERE q.closing_id = NEW.closing_id AND d.step = 'audit' "
            "AND d.outcome = 'agreed' AND d.decided_by_id = NEW.audited_by_id)",
            "the auditor did not agree",
        ),
    ),
    "reopening_requests": (
        (
            "EXISTS (SELECT 1 FROM reopening_requests q WHERE q.closing_id = NEW.closing_id AND NOT EXISTS "
            "(SELECT 1 FROM reopening_decisions d WHERE d.request_id = q.id AND d.outcome = 'returned'))",
            "its reopening was asked for before",
        ),
    ),
    "reopening_decisions": (
        (
            "EXISTS (SELECT 1 FROM reopening_requests q WHERE q.id = NEW.request_id "
            "AND q.requested_by_id = NEW.decided_by_id)",
            "nobody decides what he asked for",
        ),
        (
            "EXISTS (SELECT 1 FROM reopening_decisions d WHERE d.request_id = NEW.request_id "
            "AND (d.outcome = 'returned' OR d.step = 'approval'))",
            "it was decided already",
        ),
    ),
}


def _refuse(table: str) -> None:
    """Refuse rows that cannot be, by a trigger."""
    reasons = REFUSALS[table]
    if op.get_bind().dialect.name == "sqlite":
        refusals = " ".join(f"SELECT RAISE(ABORT, '{told}') WHERE {broken};" for broken, told in reasons)
        op.execute(f"CREATE TRIGGER {table}_lawful BEFORE INSERT ON {table} BEGIN {refusals} END")
        return
    refusals = " ".join(f"IF ({broken}) THEN RAISE EXCEPTION '{told}'; END IF;" for broken, told in reasons)
    op.execute(
        f"CREATE FUNCTION {table}_lawful() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {refusals} RETURN NEW; END $$"
    )
    op.execute(f"CREATE TRIGGER {table}_lawful BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_lawful()")


def _drop(trigger: str, table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {trigger}")
        return
    op.execute(f"DROP TRIGGER {trigger} ON {table}")
    op.execute(f"DROP FUNCTION {trigger}()")


def _closed_month(and_standing: str) -> None:
    """A month that is closed, and those before it, take no voucher, by the day under which it is posted."""
    is_closed = (
        "EXISTS (SELECT 1 FROM closed_months c WHERE c.court_code = NEW.court_code AND c.month >= {month}"
        f"{and_standing})"
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER vouchers_closed_month BEFORE INSERT ON vouchers WHEN "
            f"{is_closed.format(month='substr(NEW.posted_on, 1, 7)')} "
            "BEGIN SELECT RAISE(ABORT, 'the month is closed'); END"
        )
        return
    month = "to_char(NEW.posted_on, 'YYYY-MM')"
    op.execute(
        "CREATE FUNCTION vouchers_closed_month() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {is_closed.format(month=month)} THEN RAISE EXCEPTION 'the month is closed'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER vouchers_closed_month BEFORE INSERT ON vouchers "
        "FOR EACH ROW EXECUTE FUNCTION vouchers_closed_month()"
    )


def _put_aside(table: str) -> None:
    op.execute(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")
    op.drop_table(table)


def _digest(court_code: str, month: str) -> str:
    """The digest of a month's vouchers, as a closing keeps it: each part with its length before it."""
    found = op.get_bind().execute(
        sa.text("SELECT digest FROM vouchers WHERE court_code = :court AND month = :month ORDER BY number"),
        {"court": court_code, "month": month},
    )
    digest = hashlib.sha256()
    for (part,) in found:
        digest.update(b"%d:" % len(part) + part.encode())
    return digest.hexdigest()


def _person(table: str, name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], ["users.id"], name=op.f(f"fk_{table}_{name}"))


def _court(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f(f"fk_{table}_court_code"))


def _closing(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["closing_id"], ["closed_months.id"], name=op.f(f"fk_{table}_closing_id"))


def _create_closings() -> None:
    op.create_table(
        "closed_months",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("vouchers", sa.BigInteger(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("suspense", sa.BigInteger(), nullable=False),
        sa.Column("explanation", sa.String(length=500), nullable=False),
        sa.Column("closed_by_id", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("suspense = 0 OR explanation <> ''", name=op.f("ck_closed_months_suspense_explained")),
        _person("closed_months", "closed_by_id"),
        _court("closed_months"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_months")),
        sa.UniqueConstraint("court_code", "month", "round", name=op.f("uq_closed_months_court_code_month_round")),
    )
    op.create_table(
        "reopened_months",
        sa.Column("closing_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("audited_by_id", sa.Integer(), nullable=True),
        sa.Column("agreed_by_id", sa.Integer(), nullable=False),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("requested_by_id <> agreed_by_id", name=op.f("ck_reopened_months_two_hands")),
        sa.CheckConstraint(
            "audited_by_id IS NULL OR (audited_by_id <> requested_by_id AND audited_by_id <> agreed_by_id)",
            name=op.f("ck_reopened_months_third_hand"),
        ),
        *(_person("reopened_months", name) for name in ("requested_by_id", "audited_by_id", "agreed_by_id")),
        _court("reopened_months"),
        _closing("reopened_months"),
        sa.PrimaryKeyConstraint("closing_id", name=op.f("pk_reopened_months")),
    )


def _create_requests() -> None:
    op.create_table(
        "reopening_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("closing_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        _person("reopening_requests", "requested_by_id"),
        _court("reopening_requests"),
        _closing("reopening_requests"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reopening_requests")),
    )
    op.create_index(op.f("ix_reopening_requests_court_code"), "reopening_requests", ["court_code"])
    op.create_index(op.f("ix_reopening_requests_closing_id"), "reopening_requests", ["closing_id"])
    op.create_table(
        "reopening_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("opinion", sa.String(length=500), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        _person("reopening_decisions", "decided_by_id"),
        sa.ForeignKeyConstraint(
            ["request_id"], ["reopening_requests.id"], name=op.f("fk_reopening_decisions_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reopening_decisions")),
        sa.UniqueConstraint("request_id", "step", name=op.f("uq_reopening_decisions_request_id_step")),
        sa.UniqueConstraint(
            "request_id", "decided_by_id", name=op.f("uq_reopening_decisions_request_id_decided_by_id")
        ),
    )


def _create_years(*last: sa.schema.SchemaItem) -> None:
    op.create_table(
        "closed_years",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("vouchers", sa.Integer(), nullable=False),
        sa.Column("result_voucher_id", sa.Integer(), nullable=True),
        sa.Column("prepared_by_id", sa.Integer(), nullable=False),
        sa.Column("closed_by_id", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        _person("closed_years", "closed_by_id"),
        _court("closed_years"),
        _person("closed_years", "prepared_by_id"),
        sa.ForeignKeyConstraint(["result_voucher_id"], ["vouchers.id"], name=op.f("fk_closed_years_result_voucher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_years")),
        *last,
    )


YEAR_COLUMNS = "court_code, year, vouchers, result_voucher_id, prepared_by_id, closed_by_id, closed_at"
OLD_MONTHS = """
    INSERT INTO closed_months (court_code, month, round, vouchers, last_number, digest, suspense, explanation,
        closed_by_id, closed_at)
    SELECT k.court_code, k.month, 1, k.vouchers,
        COALESCE((SELECT MAX(v.number) FROM vouchers v WHERE v.court_code = k.court_code
            AND CAST(v.year AS VARCHAR(4)) = substr(k.month, 1, 4) AND v.recorded_at <= k.closed_at), 0),
        :digest, 0, '', k.closed_by_id, k.closed_at
    FROM kept_closed_months k WHERE k.court_code = :court AND k.month = :month
"""
OLD_YEARS = f"""
    INSERT INTO closed_years ({YEAR_COLUMNS}, closing_id)
    SELECT {", ".join("k." + name for name in YEAR_COLUMNS.split(", "))}, c.id
    FROM kept_closed_years k JOIN closed_months c
        ON c.court_code = k.court_code AND c.month = CAST(k.year AS VARCHAR(4)) || '-12'
    ORDER BY k.id
"""


def upgrade() -> None:
    _drop("vouchers_closed_month", "vouchers")
    for table in ("closed_months", "closed_years"):
        unguard(table)
        _put_aside(table)
    _create_closings()
    bind = op.get_bind()
    kept = bind.execute(sa.text("SELECT court_code, month FROM kept_closed_months ORDER BY court_code, month")).all()
    for court_code, month in kept:
        bind.execute(sa.text(OLD_MONTHS), {"court": court_code, "month": month, "digest": _digest(court_code, month)})
    _create_years(
        sa.Column("closing_id", sa.Integer(), nullable=False),
        _closing("closed_years"),
        sa.UniqueConstraint("closing_id", name=op.f("uq_closed_years_closing_id")),
    )
    op.execute(OLD_YEARS)
    _create_requests()
    for table in ("kept_closed_months", "kept_closed_years"):
        op.drop_table(table)
    for table in REFUSALS:
        _refuse(table)
    for table in ("closed_months", "reopened_months", "reopening_requests", "reopening_decisions", "closed_years"):
        guard(table)  # last, so that SQLite asks it first: what is there already is evidence before it is unlawful
    _closed_month(f" AND {STANDING}")


def downgrade() -> None:
    _drop("vouchers_closed_month", "vouchers")
    for table in REFUSALS:
        _drop(f"{table}_lawful", table)
    for table in ("closed_months", "reopened_months", "reopening_requests", "reopening_decisions", "closed_years"):
        unguard(table)
    op.execute(f"CREATE TABLE kept_closed_months AS SELECT * FROM closed_months c WHERE {STANDING}")
    op.execute(
        "CREATE TABLE kept_closed_years AS SELECT y.* FROM closed_years y JOIN closed_months c ON c.id = y.closing_id "
        f"WHERE {STANDING}"
    )
    for table in ("reopening_decisions", "reopening_requests", "closed_years", "reopened_months", "closed_months"):
        op.drop_table(table)
    op.create_table(
        "closed_months",
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("vouchers", sa.BigInteger(), nullable=False),
        sa.Column("closed_by_id", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        _person("closed_months", "closed_by_id"),
        _court("closed_months"),
        sa.PrimaryKeyConstraint("court_code", "month", name=op.f("pk_closed_months")),
    )
    op.execute(
        "INSERT INTO closed_months (court_code, month, vouchers, closed_by_id, closed_at) "
        "SELECT court_code, month, vouchers, closed_by_id, closed_at FROM kept_closed_months"
    )
    _create_years(sa.UniqueConstraint("court_code", "year", name=op.f("uq_closed_years_court_code_year")))
    op.execute(f"INSERT INTO closed_years ({YEAR_COLUMNS}) SELECT {YEAR_COLUMNS} FROM kept_closed_years ORDER BY id")
    for table in ("kept_closed_months", "kept_closed_years"):
        op.drop_table(table)
    for table in ("closed_months", "closed_years"):
        guard(table)
    _closed_month("")
