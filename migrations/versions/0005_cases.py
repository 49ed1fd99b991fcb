"""Cases, their parties, the accounts of those to be paid, and imports."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("rejects", sa.LargeBinary(), nullable=True),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.Column("imported_by_id", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_case_imports_court_code")),
        sa.ForeignKeyConstraint(["imported_by_id"], ["users.id"], name=op.f("fk_case_imports_imported_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_imports")),
    )
    op.create_index(op.f("ix_case_imports_court_code"), "case_imports", ["court_code"], unique=False)
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("legacy_number", sa.String(length=60), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("claim", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("property_searched_on", sa.Date(), nullable=True),
        sa.Column("is_in_bankruptcy", sa.Boolean(), nullable=False),
        sa.Column("is_in_settlement", sa.Boolean(), nullable=False),
        sa.Column("concluded_by_advance_on", sa.Date(), nullable=True),
        sa.Column("handler_id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("claim > 0", name=op.f("ck_cases_claim_positive")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_cases_court_code")),
        sa.ForeignKeyConstraint(["handler_id"], ["users.id"], name=op.f("fk_cases_handler_id")),
        sa.ForeignKeyConstraint(["import_id"], ["case_imports.id"], name=op.f("fk_cases_import_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["cases.id"], name=op.f("fk_cases_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("court_code", "number", name=op.f("uq_cases_court_code_number")),
    )
    op.create_index(op.f("ix_cases_concluded_by_advance_on"), "cases", ["concluded_by_advance_on"], unique=False)
    op.create_index("ix_cases_court_code_claim", "cases", ["court_code", "claim"], unique=False)
    op.create_index(op.f("ix_cases_handler_id"), "cases", ["handler_id"], unique=False)
    op.create_index(op.f("ix_cases_legacy_number"), "cases", ["legacy_number"], unique=False)
    op.create_table(
        "parties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("identity", sa.LargeBinary(), nullable=False),
        sa.Column("identity_index", sa.String(length=64), nullable=False),
        sa.Column("identity_mask", sa.String(length=20), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_mask", sa.String(length=20), nullable=True),
        sa.Column("undertaking_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_parties_case_id")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_parties_court_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties")),
    )
    op.create_index(op.f("ix_parties_case_id"), "parties", ["case_id"], unique=False)
    op.create_index("ix_parties_identity_index", "parties", ["identity_index"], unique=False)
    op.create_index("ix_parties_identity_mask", "parties", ["identity_mask"], unique=False)
    op.create_index("ix_parties_name", "parties", ["name"], unique=False)
    op.create_table(
        "payee_accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=100), nullable=False),
        sa.Column("bank", sa.String(length=100), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("number_index", sa.String(length=64), nullable=False),
        sa.Column("number_mask", sa.String(length=40), nullable=False),
        sa.Column("line_number", sa.String(length=12), nullable=True),
        sa.Column("registered_by_id", sa.Integer(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_by_id", sa.Integer(), nullable=True),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_payee_accounts_court_code")),
        sa.ForeignKeyConstraint(["party_id"], ["parties.id"], name=op.f("fk_payee_accounts_party_id")),
        sa.ForeignKeyConstraint(["registered_by_id"], ["users.id"], name=op.f("fk_payee_accounts_registered_by_id")),
        sa.ForeignKeyConstraint(["verified_by_id"], ["users.id"], name=op.f("fk_payee_accounts_verified_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payee_accounts")),
    )
    op.create_index("ix_payee_accounts_number_index", "payee_accounts", ["number_index"], unique=False)
    op.create_index(op.f("ix_payee_accounts_party_id"), "payee_accounts", ["party_id"], unique=False)


def downgrade() -> None:
    op.drop_table("payee_accounts")
    op.drop_table("parties")
    op.drop_table("cases")
    op.drop_table("case_imports")
