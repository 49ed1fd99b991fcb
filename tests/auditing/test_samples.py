"""Samples: drawn from what was recorded, kept for good, drawn again before anybody's eyes, taken out in one file."""

import hashlib
import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import load_workbook
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fundapp.auditing import bundles, queries, rules
from fundapp.auditing.models import SampleItem
from fundapp.auditing.queries import Drawn
from fundapp.auditing.rules import Population, SamplingMethod, dossier_number
from fundapp.core import clock, jobs
from fundapp.core.db import db, transaction
from fundapp.core.errors import NotFound, RuleViolation
from fundapp.core.money import yuan
from fundapp.irregularities import queries as doubts
from fundapp.irregularities.queries import Span
from fundapp.irregularities.rules import Kind
from fundapp.ledger import queries as books
from fundapp.ledger.rules import Model, Movement
from fundapp.recovery.queries.claims import claims
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users.rules import Role
from tests import evidence
from tests.builders.auditing import a_full_payment, a_population, a_sample
from tests.builders.ledger import a_voucher
from tests.builders.openings import a_small_book
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, a_user, the_holder
from tests.pages import Page

TODAY = date(2018, 6, 25)


@pytest.fixture(autouse=True)
def today():
    with clock.at(TODAY):
        yield


def population(kind: Population, *, first=date(2018, 1, 1), last=date(2018, 12, 31), courts=(COURT,), by=None):
    return Drawn(kind, courts, first, last, by or clock.now()).items


def test_payments_are_a_population_by_court_and_number(app):
    one, other = a_population("3000.00", "4000.00")
    [elsewhere] = a_population("500.00", court_code=OTHER_COURT)
    items = population(Population.PAYMENTS, courts=(OTHER_COURT, COURT))
    assert [(item.subject, item.court_code, item.amount) for item in items] == [
        (one.subject, COURT, yuan("3000")),
        (other.subject, COURT, yuan("4000")),
        (elsewhere.subject, OTHER_COURT, yuan("500")),
    ]
    assert items[0].cited == one.cited and items[0].day == one.payment.paid_on
    assert population(Population.PAYMENTS, first=date(2018, 3, 10)) == []


def test_receivables_are_what_was_outstanding_at_the_last_day(app):
    advance = a_full_payment("15000.00", recovered="6000.00")
    a_full_payment("2000.00", recovered="2000.00")
    [item] = population(Population.RECEIVABLES)
    assert (item.subject, item.amount) == (advance.subject, yuan("9000"))
    assert len(population(Population.RECEIVABLES, last=date(2018, 6, 25))) == 1
    assert population(Population.RECEIVABLES, last=date(2018, 6, 24)) == []


def test_what_the_books_were_opened_with_is_drawn_and_overdue_like_what_was_paid_since(app):
    """The ageing, the population and the exceptions are the same receivables; the books hold as much."""
    with clock.at(date(2018, 6, 24)):
        book, _opening = a_small_book(Model.OWN_FUNDS)
        [advance] = a_population("3000.00")
    wanted = [(advance.subject, yuan("3000")), (book.owed.subject, yuan("9000"))]
    end = date(2019, 12, 31)
    with clock.at(date(2020, 1, 5)):
        items = population(Population.RECEIVABLES, last=end)
        assert [(item.subject, item.amount) for item in items] == wanted
        assert items[1].cited == book.owed.number and items[1].day == date(2017, 12, 31)
        assert {(claim.subject, claim.left) for claim in claims([COURT], end)} == set(wanted)
        overdue = [one for one in doubts.lines(Span((COURT,), 2019)) if one.kind is Kind.ADVANCE_OVERDUE]
        assert [(one.subject, one.amount) for one in overdue] == wanted
        sample = a_sample(Population.RECEIVABLES, last_day=end)
        assert queries.redrawn(sample).on_the_books == (yuan("12000"), yuan("12000"))
    with clock.at(date(2020, 1, 6)):
        a_voucher("500.00", Movement.WRITTEN_OFF, day=end, case=book.owed.subject, source=book.source.subject)
        again = queries.redrawn(sample)
        assert again.is_same and again.on_the_books == (yuan("12000"), yuan("12000")), "what came later is left out"
        files, _whole = taken(sample.id, the_holder(Role.AUDITOR))
    assert {f"{book.owed.number}.pdf", f"{dossier_number(advance.cited)}.pdf"} < set(files)
    assert not queries.dossiers_made(book.owed.subject)
    check_manifest(files)


def test_what_the_books_are_opened_with_is_no_receivable_before(app):
    with clock.at(date(2018, 6, 24)):
        a_small_book(Model.OWN_FUNDS)
    before = datetime(2018, 2, 28, 23, tzinfo=clock.SHANGHAI)
    assert population(Population.RECEIVABLES, by=before) == []
    assert len(population(Population.RECEIVABLES)) == 1


def test_the_page_of_a_sample_of_receivables_holds_them_against_the_books(sign_in):
    with clock.at(date(2018, 6, 24)):
        book, _opening = a_small_book(Model.OWN_FUNDS)
    sample = a_sample(Population.RECEIVABLES, size=1)
    number, address = book.owed.number, f"/auditing/samples/{sample.id}"
    client = sign_in(the_holder(Role.AUDITOR))
    page = Page(client, address)
    assert "等于1218.01应收垫付款余额" in page.main
    assert number in page.follow(number).heading
    db.session.rollback()
    with evidence.administrator() as connection, evidence._no_triggers(connection):
        connection.execute(text("UPDATE day_totals SET debit = debit + 100 WHERE account = '1218.01' AND part = ''"))
    assert any("1218.01应收垫付款余额9,001.00元" in alert for alert in Page(client, address).alerts)


def test_vouchers_are_a_population_in_the_order_of_their_numbers(app):
    a_population("3000.00")
    items = population(Population.VOUCHERS)
    kept = db.session.scalars(books.vouchers(frozenset({COURT})).order_by(books.JOURNAL_KEY)).all()
    assert [item.cited for item in items] == [voucher.cited for voucher in kept]
    assert sum(item.amount.amount for item in items) == sum(voucher.total.amount for voucher in kept)


def test_a_sample_is_kept_as_it_was_drawn_and_stands_on_the_trail(app):
    a_population("3000.00", "4000.00", "5000.00", "6000.00")
    sample = a_sample(size=3)
    items = population(Population.PAYMENTS)
    wanted = [items[one.at] for one in rules.draw(sample.plan, [item.amount for item in items], "2018")]
    assert [(item.place, item.subject) for item in sample.items] == [
        (place, item.subject) for place, item in enumerate(wanted, 1)
    ]
    assert (sample.population_count, sample.population_amount) == (4, yuan("18000"))
    [entry] = trail.history(sample.subject)
    assert entry.event is Event.SAMPLE_DRAWN
    assert entry.told == {
        "population": "payments",
        "courts": COURT,
        "period": "2018-01-01—2018-12-31",
        "sampling": "simple",
        "parameters": "样本量3",
        "seed": "2018",
        "count": "4",
        "amount": "18000.00",
        "items": "3",
        "digest": sample.digest,
    }
    again = queries.redrawn(sample)
    assert again.is_same and (again.count, again.amount) == (4, yuan("18000"))


@pytest.mark.parametrize(
    ("method", "wishes"),
    [
        (SamplingMethod.MONEY_UNIT, {"interval": yuan("2500")}),
        (SamplingMethod.MONEY_UNIT, {"size": 3}),
        (SamplingMethod.STRATIFIED, {"bounds": [yuan("4000"), yuan("5500")], "sizes": [1, 2, 1]}),
        (SamplingMethod.STRATIFIED, {"bounds": [yuan("9000")], "size": 2}),
    ],
)
def test_every_method_comes_out_the_same_again(app, method, wishes):
    a_population("3000.00", "4000.00", "5000.00", "6000.00")
    sample = a_sample(method=method, **wishes)
    assert queries.redrawn(sample).is_same
    if "interval" in wishes:
        assert len(sample.items) == 4, "all are larger than the interval, and counted once"
        assert sum(item.hits for item in sample.items) in (7, 8)


def test_a_seed_is_drawn_when_none_is_typed_and_every_time_another(app):
    a_population("3000.00", "4000.00")
    first, second = a_sample(seed=""), a_sample(seed="")
    assert not first.is_seed_typed and len(first.seed) == 32 and first.seed != second.seed
    assert queries.redrawn(first).is_same and a_sample(seed=" 88 ").seed == "88"


def test_what_is_recorded_later_does_not_change_a_sample_drawn_before(app):
    a_population("3000.00", "4000.00")
    sample = a_sample()
    with clock.at(date(2018, 7, 2)):
        a_population("5000.00")
        assert queries.redrawn(sample).is_same
        assert len(population(Population.PAYMENTS)) == 3


def test_a_population_that_was_tampered_with_is_told(app):
    """One fen more in a payment that was not drawn."""
    advances = a_population("3000.00", "4000.00", "5000.00")
    sample = a_sample()
    drawn = {item.subject for item in sample.items}
    [left_out] = [advance.id for advance in advances if advance.subject not in drawn]
    db.session.rollback()  # who only reads must not stand in the administrator's way
    with evidence.administrator() as connection, evidence._no_triggers(connection):
        connection.execute(
            text("UPDATE advance_payments SET amount = amount + 1 WHERE advance_id = :one"), {"one": left_out}
        )
    db.session.rollback()
    again = queries.redrawn(queries.sample(sample.id, frozenset({COURT})))
    assert not again.is_same_population and not again.is_same


def test_a_population_that_has_lost_records_is_told_and_nothing_breaks(app):
    a_population("3000.00", "4000.00")
    sample = a_sample()
    db.session.rollback()
    with evidence.administrator() as connection, evidence._no_triggers(connection):
        connection.execute(text("UPDATE advance_payments SET paid_on = '2017-01-01'"))
    db.session.rollback()
    again = queries.redrawn(sample)
    assert (again.count, again.is_same_population, again.is_same_sample) == (0, False, False)


def test_a_sample_takes_no_further_item(app):
    a_population("3000.00", "4000.00", "5000.00")
    sample = a_sample()
    item = sample.items[0]
    values = {"subject": "advance:999", "cited": "垫2018-0999", "amount": item.amount, "stratum": 0, "hits": 1}
    told = values | {"sample_id": sample.id, "court_code": COURT, "day": item.day}
    for place, refusal in ((3, "the sample is complete"), (2, "append-only|unique|UNIQUE")):
        with pytest.raises(DBAPIError, match=refusal), transaction(COURT):
            db.session.add(SampleItem(place=place, **told))


def test_a_sample_is_drawn_only_from_courts_that_one_may_read(app):
    a_population("3000.00", court_code=OTHER_COURT)
    for courts in ((OTHER_COURT,), ()):
        with pytest.raises(RuleViolation, match="请选择至少一个您可以查阅的法院"):
            a_sample(courts=courts, size=1)
    superior = a_user(Role.AUDITOR, court_code=SUPERIOR)
    sample = a_sample(courts=(COURT, OTHER_COURT), size=1, actor=superior)
    assert (sample.court_code, sample.court_codes) == (SUPERIOR, [COURT, OTHER_COURT])
    for scope in ({COURT}, {OTHER_COURT}, {SUPERIOR}, {SUPERIOR, COURT}):
        with pytest.raises(NotFound):
            queries.sample(sample.id, frozenset(scope))
    with pytest.raises(RuleViolation, match="种子须为"):
        a_sample(seed="种子")
    with pytest.raises(RuleViolation, match="不能晚于"):
        a_sample(first_day=date(2019, 1, 1))


def taken(sample_id: int, user) -> tuple[dict[str, bytes], str]:
    """The files of a sample's archive as the job makes it, in their order, and the digest of the whole."""
    user_id = user.id
    db.session.rollback()
    job = jobs.found(
        jobs.start("auditing.sample", owner_id=user_id, user_id=user_id, sample_id=sample_id), owner_id=user_id
    )
    assert job.state is jobs.JobState.DONE, job.result
    content = bundles.printing.kept(job.result).read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}, hashlib.sha256(content).hexdigest()


def check_manifest(files: dict[str, bytes]) -> None:
    """Every file but the manifest stands in it, with its digest."""
    lines = files[bundles.MANIFEST].decode().splitlines()
    told = {name: digest for digest, name in (line.split("  ") for line in lines)}
    others = {name: content for name, content in files.items() if name != bundles.MANIFEST}
    assert told == {name: hashlib.sha256(content).hexdigest() for name, content in others.items()}


def test_the_dossiers_of_a_sample_are_one_download_with_an_index(app):
    advances = {advance.subject: advance for advance in a_population("3000.00", "4000.00", "5000.00")}
    sample = a_sample()
    files, whole = taken(sample.id, the_holder(Role.AUDITOR))
    chosen = [advances[item.subject] for item in sample.items]
    wanted = [f"{dossier_number(advance.cited)}.pdf" for advance in chosen]
    assert list(files) == [*wanted, bundles.INDEX, bundles.MANIFEST]
    check_manifest(files)
    header, *rows = load_workbook(io.BytesIO(files[bundles.INDEX])).active.iter_rows(values_only=True)
    assert [row[1] for row in rows] == [advance.cited for advance in chosen]
    for advance, name in zip(chosen, wanted, strict=True):
        digest = hashlib.sha256(files[name]).hexdigest()
        assert [entry.told["digest"] for entry in queries.dossiers_made(advance.subject)] == [digest]
        assert (name, digest) in [(row[header.index("文件")], row[header.index("SHA-256")]) for row in rows]
    *_drawn, entry = trail.history(sample.subject)
    assert (entry.event, entry.told) == (Event.SAMPLE_TAKEN, {"files": "2", "digest": whole})


def test_the_vouchers_of_a_sample_are_one_download(app):
    a_population("3000.00")
    sample = a_sample(Population.VOUCHERS)
    files, _whole = taken(sample.id, the_holder(Role.AUDITOR))
    papers = list(files)[:2]
    assert papers == [f"{COURT}-{item.cited}.pdf" for item in sample.items]
    check_manifest(files)
    assert all(files[name].startswith(b"%PDF") for name in papers)


def test_an_auditor_draws_reads_and_takes_a_sample_on_the_pages(sign_in):
    a_population("3000.00", "4000.00", "5000.00")
    client = sign_in(the_holder(Role.AUDITOR))
    page = Page(client, "/auditing/samples").follow("抽取样本")
    page.submit("抽取并留存", {"总体": "payments", "抽样方法": "stratified", "分层界限（元）": "五千", "样本量": "2"})
    assert page.status == 422 and "分层界限无法识别" in page.main
    page.submit(
        "抽取并留存",
        {
            "总体": "payments",
            "起始日期": "2018-01-01",
            "截止日期": "2018-12-31",
            "抽样方法": "stratified",
            "分层界限（元）": "4,500",
            "样本量": "2",
            "种子": "88",
        },
    )
    assert "与抽取时相同" in page.main and page.facts()["种子"] == "88" and page.facts()["各层样本量"] == "1、1"
    rows = page.table("样本，按抽取次序")
    assert [row[5] for row in rows] == ["1", "2"] and len(rows) == 2
    workbook = client.get(f"{page.url}?format=xlsx")
    assert workbook.mimetype.endswith("sheet")
    page.submit("制作样本资料")
    assert page.heading == "正在制作样本资料" and "已完成" in page.main
    assert "已完成" in client.get(page.url, headers={"HX-Request": "true"}).text
    page.follow("查看结果")
    assert page.response.mimetype == "application/zip"
    page.response.close()
    [row] = Page(client, "/auditing/samples?population=payments").table("已抽取的样本")
    assert row[0].startswith("抽2018-")
    assert client.get("/auditing/samples?format=xlsx").status_code == 200


def test_an_archive_that_was_cleared_away_is_made_again(sign_in):
    a_population("3000.00", "4000.00")
    sample = a_sample()
    client = sign_in(the_holder(Role.AUDITOR))
    page = Page(client, f"/auditing/samples/{sample.id}").submit("制作样本资料")
    for path in bundles.printing.kept("x").parent.glob("抽*.zip"):
        path.unlink()
    answer = client.get(f"{page.url}/file")
    assert answer.status_code == 404 and "已清理" in answer.text


def test_a_sample_that_comes_out_otherwise_is_shown_in_red(sign_in):
    a_population("3000.00", "4000.00")
    sample = a_sample()
    db.session.rollback()
    with evidence.administrator() as connection, evidence._no_triggers(connection):
        connection.execute(text("UPDATE advance_payments SET amount = amount + 1"))
    page = Page(sign_in(the_holder(Role.AUDITOR)), f"/auditing/samples/{sample.id}")
    assert any("请核验账簿和留痕" in alert for alert in page.alerts)


def test_the_moment_of_drawing_bounds_the_population(app):
    before = datetime(2018, 6, 24, 12, tzinfo=clock.SHANGHAI)
    a_population("3000.00")
    assert population(Population.PAYMENTS, by=before) == [] == population(Population.VOUCHERS, by=before)
