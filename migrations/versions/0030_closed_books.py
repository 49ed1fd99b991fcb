"""No month of books that are not open is closed."""

from migrations.triggers import allow, refuse

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

BROKEN = "NOT EXISTS (SELECT 1 FROM booking_models b WHERE b.court_code = NEW.court_code)"
TOLD = "the books of this court are not open"


def upgrade() -> None:
    refuse("closed_months", "closed_months_open", ((BROKEN, TOLD),))


def downgrade() -> None:
    allow("closed_months", "closed_months_open")
