"""What was registered is not rewritten, and not once more after it was decided; a correction takes two persons."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

TWO_HANDS = "ck_corrections_two_hands"

# Of each register: what never changes, and what no longer does once its row was decided.
FIXED = {
    "fund_receipts": (
        "court_code source_id direction amount business_date note recorded_by_id recorded_at",
        "confirmed_by_id return_reason voucher_id",
        "OLD.status <> 'recorded'",
    ),
    "case_receipts": (
        "court_code case_id debtor_id payer amount business_date recorded_by_id recorded_at",
        "confirmed_by_id return_reason voucher_id",
        "OLD.status <> 'recorded'",
    ),
    "corrections": (
        "court_code voucher_id method restated_amount restated_source restated_movement business_date reason "
        "requested_by_id",
        "reviewed_by_id corrected_by_id",
        "OLD.status <> 'requested'",
    ),
}
CANCELLED = "OLD.status = 'confirmed' AND NEW.status = 'cancelled'"  # case money that was booked wrongly


def _refuse_rewriting(table: str, always: str, decided: str, is_decided: str) -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    differs = "IS NOT" if on_sqlite else "IS DISTINCT FROM"

    def changed(names: str) -> str:
        return " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in names.split())

    decided_again = f"NEW.status <> OLD.status AND NOT ({CANCELLED})"
    broken = f"{changed(always)} OR ({is_decided} AND ({changed(decided)} OR ({decided_again})))"
    told = f"{table} are not rewritten"
    if on_sqlite:
        op.execute(
            f"CREATE TRIGGER {table}_fixed BEFORE UPDATE ON {table} WHEN {broken} "
            f"BEGIN SELECT RAISE(ABORT, '{told}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {table}_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF ({broken}) THEN RAISE EXCEPTION '{told}'; END IF; RETURN NEW; END $$"
    )
    op.execute(f"CREATE TRIGGER {table}_fixed BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_fixed()")


def upgrade() -> None:
    with op.batch_alter_table("corrections") as table:
        table.create_check_constraint(op.f(TWO_HANDS), "reviewed_by_id <> requested_by_id")
    for table_name, fixed in FIXED.items():
        _refuse_rewriting(table_name, *fixed)


def downgrade() -> None:
    for table_name in FIXED:
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"DROP TRIGGER {table_name}_fixed")
        else:
            op.execute(f"DROP TRIGGER {table_name}_fixed ON {table_name}")
            op.execute(f"DROP FUNCTION {table_name}_fixed()")
    with op.batch_alter_table("corrections") as table:
        table.drop_constraint(op.f(TWO_HANDS), type_="check")
