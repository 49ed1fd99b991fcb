"""No month of books that are not open is closed."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

BROKEN = "NOT EXISTS (SELECT 1 FROM booking_models b WHERE b.court_code = NEW.court_code)"
TOLD = "the books of this court are not open"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER closed_months_open BEFORE INSERT ON closed_months WHEN {BROKEN} "
            f"BEGIN SELECT RAISE(ABORT, '{TOLD}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION closed_months_open() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF ({BROKEN}) THEN RAISE EXCEPTION '{TOLD}'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER closed_months_open BEFORE INSERT ON closed_months FOR EACH ROW "
        "EXECUTE FUNCTION closed_months_open()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER closed_months_open")
        return
    op.execute("DROP TRIGGER closed_months_open ON closed_months")
    op.execute("DROP FUNCTION closed_months_open()")
