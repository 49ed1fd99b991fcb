"""What is kept of auditing: samples as they were drawn, findings with their steps, notes. Nothing of it is changed."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundapp.auditing import rules
from fundapp.auditing.rules import (
    FindingState,
    Plan,
    Population,
    Progress,
    SamplingMethod,
    Severity,
    Step,
    StepKind,
)
from fundapp.core import clock
from fundapp.core.db import Base, append_only
from fundapp.core.money import Money


@append_only
class Sample(Base):
    """审计样本: what was drawn by whom from what, and how, so that anybody can draw it again.

    ``courts`` are the codes of the courts drawn from, with commas between; ``bounds`` and ``sizes`` are the bands of a
    stratified sample likewise. ``court_code`` is the court of the auditor who drew it.
    """

    __tablename__ = "samples"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="days_in_order"),
        CheckConstraint("item_count > 0 AND item_count <= population_count", name="items_counted"),
        CheckConstraint("items_amount > 0 AND items_amount <= population_amount", name="items_amounted"),
        CheckConstraint("(method = 'money_unit') = (interval_amount IS NOT NULL)", name="interval_for_money_units"),
        CheckConstraint("(interval_amount IS NULL) = (start_amount IS NULL)", name="start_with_interval"),
        CheckConstraint("start_amount > 0 AND start_amount <= interval_amount", name="start_within"),
        CheckConstraint("seed <> ''", name="seeded"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"), index=True)
    population: Mapped[Population]
    courts: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]
    method: Mapped[SamplingMethod]
    size: Mapped[int | None]
    interval_amount: Mapped[Money | None]
    start_amount: Mapped[Money | None]
    bounds: Mapped[str] = mapped_column(String(200))
    sizes: Mapped[str] = mapped_column(String(100))
    seed: Mapped[str] = mapped_column(String(64))
    is_seed_typed: Mapped[bool]
    purpose: Mapped[str] = mapped_column(String(500))
    population_count: Mapped[int]
    population_amount: Mapped[Money]
    population_digest: Mapped[str] = mapped_column(String(64))
    item_count: Mapped[int]
    items_amount: Mapped[Money]
    digest: Mapped[str] = mapped_column(String(64))
    drawn_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    drawn_at: Mapped[datetime]
    items: Mapped[list["SampleItem"]] = relationship(order_by="SampleItem.place", viewonly=True)

    @property
    def subject(self) -> str:
        return f"sample:{self.id}"

    @property
    def cited(self) -> str:
        """Its number on pages and papers."""
        return rules.sample_number(clock.local(self.drawn_at).year, self.id)

    @property
    def court_codes(self) -> list[str]:
        return self.courts.split(",")

    @property
    def plan(self) -> Plan:
        """How it was drawn."""
        return Plan(
            self.method,
            self.size,
            self.interval_amount,
            rules.read_bounds(self.bounds),
            rules.read_sizes(self.sizes),
        )


@append_only
class SampleItem(Base):
    """样本记录: one item of a sample, ``place`` in the order drawn; ``stratum`` counts the bands from 1, 0 without."""

    __tablename__ = "sample_items"
    __table_args__ = (
        UniqueConstraint("sample_id", "place"),
        UniqueConstraint("sample_id", "subject"),
        CheckConstraint("place > 0", name="place_positive"),
        CheckConstraint("hits > 0", name="hits_positive"),
        CheckConstraint("amount > 0", name="amount_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id"))
    place: Mapped[int]
    subject: Mapped[str] = mapped_column(String(60))
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    cited: Mapped[str] = mapped_column(String(60))
    day: Mapped[date]
    amount: Mapped[Money]
    stratum: Mapped[int]
    hits: Mapped[int]

    @property
    def record_id(self) -> int:
        """The id of the record drawn."""
        return int(self.subject.partition(":")[2])

    @property
    def is_case(self) -> bool:
        """Whether it is a receivable with which the books were opened: no payment of the fund's, and no dossier."""
        return self.subject.startswith("case:")


@append_only
class Finding(Base):
    """审计问题: what an auditor found, the rule it offends, and the records it points at; numbered without a gap.

    ``court_code`` is the audited court, on whose trail it stands; ``audited_by`` the court of the auditor, which may be
    the superior one. Where it stands is told by its steps.
    """

    __tablename__ = "findings"
    __table_args__ = (
        UniqueConstraint("court_code", "year", "number"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("records <> ''", name="points_at_records"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    audited_by: Mapped[str] = mapped_column(ForeignKey("courts.code"), index=True)
    year: Mapped[int]
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(String(2000))
    rule: Mapped[str] = mapped_column(String(300))
    severity: Mapped[Severity]
    records: Mapped[str] = mapped_column(String(500))
    due_on: Mapped[date]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
    steps: Mapped[list["FindingStep"]] = relationship(order_by="FindingStep.seq", lazy="selectin", viewonly=True)

    @property
    def subject(self) -> str:
        return f"finding:{self.id}"

    @property
    def cited(self) -> str:
        return rules.finding_number(self.year, self.number)

    @property
    def subjects(self) -> list[str]:
        """The records it points at."""
        return self.records.split()

    @property
    def progress(self) -> Progress:
        return Progress(self.due_on, [Step(step.kind, step.due_on, step.actor_id) for step in self.steps])

    @property
    def state(self) -> FindingState:
        return self.progress.state

    @property
    def measure(self) -> "FindingStep | None":
        """The measure that counts: the last one."""
        return next((step for step in reversed(self.steps) if step.kind is StepKind.MEASURE), None)


@append_only
class FindingStep(Base):
    """整改步骤: one step of a finding, ``seq`` in order; triggers refuse one out of turn, or by the wrong hand."""

    __tablename__ = "finding_steps"
    __table_args__ = (
        UniqueConstraint("finding_id", "seq"),
        CheckConstraint("(kind = 'measure') = (responsible_id IS NOT NULL)", name="somebody_responsible"),
        CheckConstraint("(kind IN ('measure', 'returned')) = (due_on IS NOT NULL)", name="by_a_day"),
        CheckConstraint("text <> ''", name="said"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("findings.id"))
    seq: Mapped[int]
    kind: Mapped[StepKind]
    text: Mapped[str] = mapped_column(String(2000))
    records: Mapped[str] = mapped_column(String(500))
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    due_on: Mapped[date | None]
    actor_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    acted_at: Mapped[datetime]

    @property
    def subjects(self) -> list[str]:
        """The corrections and other records that it cites."""
        return self.records.split()


@append_only
class Note(Base):
    """审计笔记: what an auditor noted on a record; auditors read it, nobody else."""

    __tablename__ = "notes"
    __table_args__ = (Index("ix_notes_record", "record"), CheckConstraint("text <> ''", name="said"))

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    record: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(String(2000))
    written_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[datetime]

    @property
    def subject(self) -> str:
        """The trail names the note, not the record: whoever reads the record's history does not see it."""
        return f"note:{self.id}"
