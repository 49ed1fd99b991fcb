"""A voucher whose amount was adjusted may be cancelled, together with the voucher that adjusted it; case money is
cancelled in its register with its voucher, unless it was split."""

from collections.abc import Iterable

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

CORRECTED = "COALESCE(NEW.reverses_id, NEW.adjusts_id, NEW.restates_id)"
TAKEN_OFF = "COALESCE(NEW.reverses_id, NEW.adjusts_id)"

# Each reason to refuse a voucher, and the link without which it cannot be one.
Reason = tuple[str | None, str, str]
TWO_WAYS = {
    "sqlite": (
        "CASE WHEN NEW.reverses_id IS NULL THEN 0 ELSE 1 END + CASE WHEN NEW.adjusts_id IS NULL THEN 0 ELSE 1 END "
        "+ CASE WHEN NEW.restates_id IS NULL THEN 0 ELSE 1 END > 1"
    ),
    "postgresql": "num_nonnulls(NEW.reverses_id, NEW.adjusts_id, NEW.restates_id) > 1",
}
WHOLE = (
    ("substr(CAST(NEW.posted_on AS VARCHAR(10)), 1, 7) <> NEW.month", "the period is not that of the posting day"),
    ("CAST(NEW.year AS VARCHAR(4)) <> substr(NEW.month, 1, 4)", "the year is not that of the posting day"),
    ("NEW.posted_on < NEW.business_date", "posted before it happened"),
    ("NEW.kind NOT IN ('receipt', 'payment', 'transfer') OR NEW.kind_number < 1", "no kind or no number of its kind"),
    ("(NEW.kind <> 'transfer') <> (NEW.cashier_id IS NOT NULL)", "a cashier signs what moves money, and only that"),
    ("NEW.cashier_id = NEW.reviewed_by_id", "the cashier does not review"),
)
INK = (("NEW.ink <> 'blue' AND NEW.reverses_id IS NULL AND NEW.adjusts_id IS NULL", "this ink only corrects"),)
OF_ANOTHER_COURT: Reason = (
    CORRECTED,
    f"EXISTS (SELECT 1 FROM vouchers o WHERE o.id = {CORRECTED} "
    "AND (o.court_code <> NEW.court_code OR o.posted_on > NEW.posted_on))",
    "what it corrects is of another court or stands after it",
)
STATED_ANEW: Reason = (
    "NEW.restates_id",
    "EXISTS (SELECT 1 FROM vouchers o WHERE o.id = NEW.restates_id "
    "AND NOT EXISTS (SELECT 1 FROM vouchers r WHERE r.reverses_id = o.id))",
    "what is stated anew was reversed before",
)

# As it was: what was adjusted stayed adjusted, and an adjustment stayed.
BEFORE: tuple[Reason, ...] = (
    (
        None,
        "(NEW.adjusts_id IS NOT NULL AND EXISTS (SELECT 1 FROM vouchers o WHERE o.reverses_id = NEW.adjusts_id)) "
        "OR (NEW.reverses_id IS NOT NULL AND EXISTS (SELECT 1 FROM vouchers o WHERE o.adjusts_id = NEW.reverses_id))",
        "what it corrects was corrected before",
    ),
    OF_ANOTHER_COURT,
    (
        TAKEN_OFF,
        f"EXISTS (SELECT 1 FROM vouchers o WHERE o.id = {TAKEN_OFF} "
        "AND (o.reverses_id IS NOT NULL OR o.adjusts_id IS NOT NULL))",
        "a correction is not corrected",
    ),
)
INK_BEFORE: tuple[Reason, ...] = (
    (
        TAKEN_OFF,
        f"EXISTS (SELECT 1 FROM vouchers o WHERE o.id = {TAKEN_OFF} AND ((NEW.ink = 'red' AND o.year <> NEW.year) "
        "OR (NEW.ink = 'blue_mirror' AND o.year = NEW.year) OR (NEW.ink = 'blue' AND o.id = NEW.reverses_id)))",
        "taken off in red in the same year, in blue mirrored in a later one",
    ),
    STATED_ANEW,
)

# What was adjusted is reversed only after its adjustment; an adjustment is reversed, and corrected in no other way.
AFTER: tuple[Reason, ...] = (
    (
        None,
        "(NEW.adjusts_id IS NOT NULL AND EXISTS (SELECT 1 FROM vouchers o WHERE o.reverses_id = NEW.adjusts_id)) "
        "OR (NEW.reverses_id IS NOT NULL AND EXISTS (SELECT 1 FROM vouchers o WHERE o.adjusts_id = NEW.reverses_id "
        "AND NOT EXISTS (SELECT 1 FROM vouchers r WHERE r.reverses_id = o.id)))",
        "what it corrects was corrected before",
    ),
    OF_ANOTHER_COURT,
    (
        TAKEN_OFF,
        f"EXISTS (SELECT 1 FROM vouchers o WHERE o.id = {TAKEN_OFF} "
        "AND (o.reverses_id IS NOT NULL OR (o.adjusts_id IS NOT NULL AND NEW.adjusts_id IS NOT NULL)))",
        "a correction is not corrected",
    ),
)
INK_AFTER: tuple[Reason, ...] = (
    (
        TAKEN_OFF,
        f"EXISTS (SELECT 1 FROM vouchers o WHERE o.id = {TAKEN_OFF} AND ((NEW.ink = 'red' AND o.year <> NEW.year) "
        "OR (NEW.ink = 'blue_mirror' AND o.year = NEW.year) "
        "OR (o.id = NEW.reverses_id AND (NEW.ink = 'blue') <> (o.ink <> 'blue'))))",
        "taken off in red in the same year, in blue mirrored in a later one",
    ),
    STATED_ANEW,
)


def _refuse(trigger: str, always: tuple[tuple[str, str], ...], of_corrections: tuple[Reason, ...]) -> None:
    """Put these reasons to refuse in the place of the trigger's."""
    if op.get_bind().dialect.name == "sqlite":
        linked = [
            (broken if link is None else f"{link} IS NOT NULL AND {broken}", told)
            for link, broken, told in of_corrections
        ]
        refusals = " ".join(f"SELECT RAISE(ABORT, '{told}') WHERE {broken};" for broken, told in (*always, *linked))
        op.execute(f"DROP TRIGGER {trigger}")
        op.execute(f"CREATE TRIGGER {trigger} BEFORE INSERT ON vouchers BEGIN {refusals} END")
        return
    of_links = _raised((broken, told) for _, broken, told in of_corrections)
    op.execute(
        f"CREATE OR REPLACE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {_raised(always)} "
        f"IF {CORRECTED} IS NOT NULL THEN {of_links} END IF; RETURN NEW; END $$"
    )


def _raised(reasons: Iterable[tuple[str, str]]) -> str:
    return " ".join(f"IF ({broken}) THEN RAISE EXCEPTION '{told}'; END IF;" for broken, told in reasons)


def _whole() -> tuple[tuple[str, str], ...]:
    return (*WHOLE, (TWO_WAYS[op.get_bind().dialect.name], "it corrects in two ways"))


CANCELLED = (
    "NEW.status = 'cancelled' AND (NEW.is_allocated "
    "OR NOT EXISTS (SELECT 1 FROM vouchers r WHERE r.reverses_id = NEW.voucher_id))"
)


def _only_what_was_reversed_is_cancelled() -> None:
    told = "case money is cancelled with its voucher, and not once it was split"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER case_receipts_cancelled BEFORE UPDATE ON case_receipts WHEN {CANCELLED} "
            f"BEGIN SELECT RAISE(ABORT, '{told}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION case_receipts_cancelled() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {CANCELLED} THEN RAISE EXCEPTION '{told}'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER case_receipts_cancelled BEFORE UPDATE ON case_receipts "
        "FOR EACH ROW EXECUTE FUNCTION case_receipts_cancelled()"
    )


def upgrade() -> None:
    _refuse("vouchers_whole", _whole(), AFTER)
    _refuse("vouchers_corrections", INK, INK_AFTER)
    _only_what_was_reversed_is_cancelled()


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER case_receipts_cancelled")
    else:
        op.execute("DROP TRIGGER case_receipts_cancelled ON case_receipts")
        op.execute("DROP FUNCTION case_receipts_cancelled()")
    _refuse("vouchers_whole", _whole(), BEFORE)
    _refuse("vouchers_corrections", INK, INK_BEFORE)
