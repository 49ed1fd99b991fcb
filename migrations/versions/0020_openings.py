"""Opening balances by import: the requests and their lines; what the books begin with stands before everything else.

An opening voucher is refused once business was posted, and business under the day of the opening or an earlier one;
0000 is touched by opening vouchers and what undoes them, and by nothing else.
"""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import guard, unguard
from migrations.triggers import allow, refuse

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

UNDOES_OPENING = (
    "EXISTS (SELECT 1 FROM vouchers o WHERE o.id = {voucher}.reverses_id AND substr(o.name, 1, 8) = 'opening:')"
)
IS_OPENING = "substr({voucher}.name, 1, 8) = 'opening:'"
OF_OPENING = f"({IS_OPENING} OR {UNDOES_OPENING})"

# The table, the name of its trigger, and each condition under which a new row is refused with what is said of it.
TRIGGERS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    (
        "vouchers",
        "vouchers_after_opening",
        (
            (
                IS_OPENING.format(voucher="NEW")
                + " AND EXISTS (SELECT 1 FROM vouchers v WHERE v.court_code = NEW.court_code AND NOT "
                + OF_OPENING.format(voucher="v")
                + ")",
                "business was posted before the opening balances",
            ),
            (
                f"NOT {OF_OPENING.format(voucher='NEW')} AND EXISTS (SELECT 1 FROM openings o "
                "WHERE o.court_code = NEW.court_code AND o.status IN ('posted', 'undo_requested') "
                "AND o.day >= NEW.posted_on)",
                "posted under the day of the opening balances or before it",
            ),
        ),
    ),
    (
        "posting_lines",
        "posting_lines_opening",
        (
            (
                "(NEW.debit = '0000' OR NEW.credit = '0000' OR NEW.movement = 'opening_balance') "
                "AND EXISTS (SELECT 1 FROM vouchers v WHERE v.id = NEW.voucher_id AND NOT "
                + OF_OPENING.format(voucher="v")
                + ")",
                "only opening balances use 0000",
            ),
        ),
    ),
    (
        "opening_lines",
        "opening_lines_checked",
        (
            (
                "EXISTS (SELECT 1 FROM openings o WHERE o.id = NEW.opening_id AND o.status <> 'checked')",
                "the import was sent on already",
            ),
        ),
    ),
)


def upgrade() -> None:
    op.create_table(
        "openings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("debit", sa.BigInteger(), nullable=False),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        sa.Column("fault_count", sa.Integer(), nullable=False),
        sa.Column("faults", sa.LargeBinary(), nullable=True),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("undo_requested_by_id", sa.Integer(), nullable=True),
        sa.Column("undo_reviewed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("reviewed_by_id <> requested_by_id", name=op.f("ck_openings_two_hands")),
        sa.CheckConstraint("undo_reviewed_by_id <> undo_requested_by_id", name=op.f("ck_openings_undone_by_two_hands")),
        sa.CheckConstraint(
            "status IN ('checked', 'requested') OR reviewed_by_id IS NOT NULL",
            name=op.f("ck_openings_reviewed_by_somebody"),
        ),
        sa.CheckConstraint("status = 'checked' OR debit = credit", name=op.f("ck_openings_balanced")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_openings_court_code")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["users.id"], name=op.f("fk_openings_requested_by_id")),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["users.id"], name=op.f("fk_openings_reviewed_by_id")),
        sa.ForeignKeyConstraint(["undo_requested_by_id"], ["users.id"], name=op.f("fk_openings_undo_requested_by_id")),
        sa.ForeignKeyConstraint(["undo_reviewed_by_id"], ["users.id"], name=op.f("fk_openings_undo_reviewed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_openings")),
    )
    op.create_index(op.f("ix_openings_court_code"), "openings", ["court_code"], unique=False)
    op.create_index(
        "uq_openings_live_file",
        "openings",
        ["court_code", "digest"],
        unique=True,
        sqlite_where=sa.text("status IN ('requested', 'posted', 'undo_requested')"),
        postgresql_where=sa.text("status IN ('requested', 'posted', 'undo_requested')"),
    )
    op.create_table(
        "opening_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("opening_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("side", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("case_ref", sa.String(length=40), nullable=False),
        sa.Column("source_ref", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.CheckConstraint("account NOT IN ('0000', '3301')", name=op.f("ck_opening_lines_account_may_open")),
        sa.CheckConstraint(
            "amount >= 0 OR substr(account, 1, 1) NOT IN ('1', '2')",
            name=op.f("ck_opening_lines_guarded_not_negative"),
        ),
        sa.CheckConstraint(
            "substr(account, 1, 1) <> '1' OR side = 'debit'", name=op.f("ck_opening_lines_assets_in_debit")
        ),
        sa.CheckConstraint(
            "substr(account, 1, 1) <> '2' OR side = 'credit'", name=op.f("ck_opening_lines_liabilities_in_credit")
        ),
        sa.ForeignKeyConstraint(["opening_id"], ["openings.id"], name=op.f("fk_opening_lines_opening_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_lines")),
        sa.UniqueConstraint(
            "opening_id",
            "account",
            "case_ref",
            "source_ref",
            name=op.f("uq_opening_lines_opening_id_account_case_ref_source_ref"),
        ),
        sa.UniqueConstraint("opening_id", "line", name=op.f("uq_opening_lines_opening_id_line")),
    )
    op.create_index("ix_opening_lines_case_ref", "opening_lines", ["case_ref"], unique=False)
    guard("opening_lines")
    for trigger in TRIGGERS:
        refuse(*trigger)


def downgrade() -> None:
    for table, name, _refusals in TRIGGERS:
        allow(table, name)
    unguard("opening_lines")
    op.drop_table("opening_lines")
    op.drop_table("openings")
