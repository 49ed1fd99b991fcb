"""A posting costs less: no index keeps what is mostly empty, and on PostgreSQL the triggers ask about corrections and
openings only where there are any.

On PostgreSQL what a posting line says of its voucher is looked at when the statement has ended, as foreign keys are, so
that a voucher and its lines can be written by one statement.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

# Indexes of columns that are mostly empty: the table, the index, the column, and whether it is unique.
SPARSE = (
    ("vouchers", "uq_vouchers_adjusts_id", "adjusts_id", True),
    ("vouchers", "uq_vouchers_restates_id", "restates_id", True),
    ("posting_lines", "ix_posting_lines_case_ref", "case_ref", False),
    ("posting_lines", "ix_posting_lines_source_ref", "source_ref", False),
    ("posting_lines", "ix_posting_lines_debtor_ref", "debtor_ref", False),
)

CORRECTED = "COALESCE(NEW.reverses_id, NEW.adjusts_id, NEW.restates_id)"
TAKEN_OFF = "COALESCE(NEW.reverses_id, NEW.adjusts_id)"
IS_OPENING = "substr({voucher}.name, 1, 8) = 'opening:'"
OF_OPENING = (
    f"({IS_OPENING} OR EXISTS (SELECT 1 FROM vouchers o WHERE o.id = {{voucher}}.reverses_id "
    "AND substr(o.name, 1, 8) = 'opening:'))"
)

# The bodies on PostgreSQL: each reason to refuse as it was, under the plain condition without which it cannot be one.
WHOLE = (
    (
        "substr(CAST(NEW.posted_on AS VARCHAR(10)), 1, 7) <> NEW.month",
        "the period is not that of the posting day",
    ),
    ("CAST(NEW.year AS VARCHAR(4)) <> substr(NEW.month, 1, 4)", "the year is not that of the posting day"),
    ("NEW.posted_on < NEW.business_date", "posted before it happened"),
    ("NEW.kind NOT IN ('receipt', 'payment', 'transfer') OR NEW.kind_number < 1", "no kind or no number of its kind"),
    ("(NEW.kind <> 'transfer') <> (NEW.cashier_id IS NOT NULL)", "a cashier signs what moves money, and only that"),
    ("NEW.cashier_id = NEW.reviewed_by_id", "the cashier does not review"),
    ("num_nonnulls(NEW.reverses_id, NEW.adjusts_id, NEW.restates_id) > 1", "it corrects in two ways"),
)
CORRECTING = (
    (
        "(NEW.adjusts_id IS NOT NULL AND EXISTS (SELECT 1 FROM vouchers o WHERE o.reverses_id = NEW.adjusts_id)) "
        "OR (NEW.reverses_id IS NOT NULL AND EXISTS (SELECT 1 FROM vouchers o WHERE o.adjusts_id = NEW.reverses_id))",
        "what it corrects was corrected before",
    ),
    (
        f"EXISTS (SELECT 1 FROM vouchers o WHERE o.id = {CORRECTED} "
        "AND (o.court_code <> NEW.court_code OR o.posted_on > NEW.posted_on))",
        "what it corrects is of another court or stands after it",
    ),
    (
        f"EXISTS (SELECT 1 FROM vouchers o WHERE o.id = {TAKEN_OFF} "
        "AND (o.reverses_id IS NOT NULL OR o.adjusts_id IS NOT NULL))",
        "a correction is not corrected",
    ),
)
INK = (("NEW.ink <> 'blue' AND NEW.reverses_id IS NULL AND NEW.adjusts_id IS NULL", "this ink only corrects"),)
TRUE_TO_ITS_INK = (
    (
        f"EXISTS (SELECT 1 FROM vouchers o WHERE o.id = {TAKEN_OFF} AND ((NEW.ink = 'red' AND o.year <> NEW.year) "
        "OR (NEW.ink = 'blue_mirror' AND o.year = NEW.year) OR (NEW.ink = 'blue' AND o.id = NEW.reverses_id)))",
        "taken off in red in the same year, in blue mirrored in a later one",
    ),
    (
        "EXISTS (SELECT 1 FROM vouchers o WHERE o.id = NEW.restates_id "
        "AND NOT EXISTS (SELECT 1 FROM vouchers r WHERE r.reverses_id = o.id))",
        "what is stated anew was reversed before",
    ),
)
BEFORE_BUSINESS = (
    (
        "EXISTS (SELECT 1 FROM vouchers v WHERE v.court_code = NEW.court_code AND NOT "
        f"{OF_OPENING.format(voucher='v')})",
        "business was posted before the opening balances",
    ),
)
STANDS = (
    "EXISTS (SELECT 1 FROM openings o WHERE o.court_code = NEW.court_code "
    "AND o.status IN ('posted', 'undo_requested') AND o.day >= NEW.posted_on)"
)
AFTER_OPENING = (
    (f"NOT {OF_OPENING.format(voucher='NEW')}", "posted under the day of the opening balances or before it"),
)
OPENING_LINE = (
    (
        f"EXISTS (SELECT 1 FROM vouchers v WHERE v.id = NEW.voucher_id AND NOT {OF_OPENING.format(voucher='v')})",
        "only opening balances use 0000",
    ),
)
Reasons = tuple[tuple[str, str], ...]


def _refusals(reasons: Reasons) -> str:
    return " ".join(f"IF ({broken}) THEN RAISE EXCEPTION '{told}'; END IF;" for broken, told in reasons)


def _body(function: str, steps: str) -> None:
    op.execute(
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {steps} "
        "RETURN NEW; END $$"
    )


def _lines_are_looked_at(moment: str) -> None:
    op.execute("DROP TRIGGER posting_lines_opening ON posting_lines")
    op.execute(
        f"CREATE TRIGGER posting_lines_opening {moment} INSERT ON posting_lines "
        "FOR EACH ROW EXECUTE FUNCTION posting_lines_opening()"
    )


def upgrade() -> None:
    for table, index, column, unique in SPARSE:
        op.drop_index(index, table)
        where = sa.text(f"{column} IS NOT NULL")
        op.create_index(index, table, [column], unique=unique, sqlite_where=where, postgresql_where=where)
    if op.get_bind().dialect.name == "sqlite":
        return
    _body(
        "vouchers_whole",
        f"{_refusals(WHOLE)} IF {CORRECTED} IS NOT NULL THEN {_refusals(CORRECTING)} END IF;",
    )
    _body(
        "vouchers_corrections",
        f"{_refusals(INK)} IF {CORRECTED} IS NOT NULL THEN {_refusals(TRUE_TO_ITS_INK)} END IF;",
    )
    _body(
        "vouchers_after_opening",
        f"IF {IS_OPENING.format(voucher='NEW')} THEN {_refusals(BEFORE_BUSINESS)} "
        f"ELSIF {STANDS} THEN {_refusals(AFTER_OPENING)} END IF;",
    )
    _body(
        "posting_lines_opening",
        "IF NEW.debit = '0000' OR NEW.credit = '0000' OR NEW.movement = 'opening_balance' "
        f"THEN {_refusals(OPENING_LINE)} END IF;",
    )
    _lines_are_looked_at("AFTER")


# The bodies as 0017, 0019 and 0020 wrote them, all conditions in a row.
ASKED_ALWAYS = (
    ("vouchers_whole", (*WHOLE, *((f"{CORRECTED} IS NOT NULL AND ({broken})", told) for broken, told in CORRECTING))),
    (
        "vouchers_corrections",
        (*INK, *((f"{CORRECTED} IS NOT NULL AND ({broken})", told) for broken, told in TRUE_TO_ITS_INK)),
    ),
    (
        "vouchers_after_opening",
        (
            *((f"{IS_OPENING.format(voucher='NEW')} AND ({broken})", told) for broken, told in BEFORE_BUSINESS),
            *((f"{STANDS} AND {broken}", told) for broken, told in AFTER_OPENING),
        ),
    ),
    (
        "posting_lines_opening",
        tuple(
            (
                f"(NEW.debit = '0000' OR NEW.credit = '0000' OR NEW.movement = 'opening_balance') AND {broken}",
                told,
            )
            for broken, told in OPENING_LINE
        ),
    ),
)


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        for function, reasons in ASKED_ALWAYS:
            _body(function, _refusals(reasons))
        _lines_are_looked_at("BEFORE")
    for table, index, column, unique in SPARSE:
        op.drop_index(index, table)
        op.create_index(index, table, [column], unique=unique)
