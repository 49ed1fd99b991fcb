"""A voucher's days are written in the one form that compares as days do, and a book stays its court's.

Only SQLite keeps days as text; PostgreSQL has a type for them and takes no other form.
"""

from alembic import op

from migrations.triggers import allow, refuse

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

# Without the modifier SQLite gives April 31 back as it was; with it that is May 1, and other. That the month is the
# posting day's is another trigger's to say.
OTHERWISE = (
    "NEW.posted_on IS NOT date(NEW.posted_on, '+0 days') OR NEW.business_date IS NOT date(NEW.business_date, '+0 days')"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        refuse("vouchers", "vouchers_days", ((OTHERWISE, "a day is written as 2018-03-09"),))
    moved = ("NEW.court_code <> OLD.court_code", "the book is of another court")
    refuse("books", "books_of_courts", (moved,), act="UPDATE OF court_code")


def downgrade() -> None:
    allow("books", "books_of_courts")
    if op.get_bind().dialect.name == "sqlite":
        allow("vouchers", "vouchers_days")
