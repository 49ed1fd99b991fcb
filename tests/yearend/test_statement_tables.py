"""The statements' tables in the package are recomputed from its other tables, as an auditor does with a spreadsheet."""

import csv
import io
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal

import pytest

from fundapp.core import clock
from fundapp.core.db import db
from fundapp.ledger.rules import Model, Movement
from fundapp.yearend import checker
from tests.builders.funding import a_receipt
from tests.builders.ledger import a_voucher
from tests.builders.openings import a_small_book
from tests.builders.people import COURT, OTHER_COURT
from tests.builders.yearend import YEAR, InMemory, a_package, a_year, told_again, unpacked, verified

FUND = {"1002.01", "1001.01"}
FIRST, LAST = f"{YEAR}-01-01", f"{YEAR}-12-31"
COLUMN = {
    "received": ("received", 1), "given_back": ("returned", -1), "advance_paid": ("advanced", -1),
    "advance_paid_in_cash": ("advanced", -1), "recovered": ("recovered", 1),
}  # fmt: skip


def table(files, name):
    return list(csv.DictReader(io.StringIO(files[f"csv/{name}.csv"].decode("utf-8-sig"))))


def column_of(movement):
    """Which column a movement of the fund's money goes to, and with which sign."""
    for word in ("given_back", "received"):
        if movement.endswith(f"_{word}") and movement not in ("interest_received", "case_money_received"):
            return COLUMN[word]
    return COLUMN.get(movement, ("other", 1))


def sources_again(files):
    """statement_sources from vouchers and postings."""
    posted = {row["id"]: row for row in table(files, "vouchers")}
    found = defaultdict(lambda: defaultdict(Decimal))
    for line in table(files, "postings"):
        voucher, amount = posted[line["voucher_id"]], Decimal(line["amount"])
        of = found[voucher["court_code"], line["source_ref"].partition(":")[2]]
        if line["movement"] == "written_off" and voucher["posted_on"] >= FIRST:
            of["written_off"] += amount if line["credit"] == "1218.01" else -amount
        if (line["debit"] in FUND) == (line["credit"] in FUND):
            continue
        entered = amount if line["debit"] in FUND else -amount
        of["closing"] += entered
        if voucher["posted_on"] < FIRST or line["movement"] == "opening_balance":
            of["opening"] += entered
        else:
            name, sign = column_of(line["movement"])
            of[name] += sign * entered
    return found


def ageing_again(files):
    """statement_ageing from payments, recoveries and vouchers, where nothing was opened with or written off."""
    posted = {row["id"] for row in table(files, "vouchers")}
    back = Counter()
    for row in table(files, "recoveries"):
        if row["voucher_id"] in posted:
            back[row["advance_id"]] += Decimal(row["fund"])
    bounds = [
        (f"{YEAR - years}-12-31", name) for years, name in ((1, "one_year"), (2, "two_years"), (3, "three_years"))
    ]
    found = defaultdict(lambda: [0, Decimal(0)])
    for row in table(files, "payments"):
        left = Decimal(row["amount"]) - back[row["advance_id"]]
        if row["voucher_id"] in posted and left > 0:
            band = next((name for bound, name in bounds if row["paid_on"] >= bound), "older")
            found[row["court_code"], band][0] += 1
            found[row["court_code"], band][1] += left
    return found


MADE: dict[str, dict[str, bytes]] = {}
"""The files of the package of each engine: made once, since nobody changes them."""


@pytest.fixture
def files(app, tmp_path):
    if (engine := db.engine.dialect.name) not in MADE:
        a_year()
        with clock.at(date(YEAR, 12, 31)):
            a_receipt("77.00", day=date(YEAR, 2, 1), court_code=OTHER_COURT)
        data = a_package(tmp_path, court_codes=(COURT, OTHER_COURT))
        assert any("表间勾稽" in figure for figure in verified(data)), (
            "the checker finds that statements and tables agree"
        )
        MADE[engine] = unpacked(data)
    return MADE[engine]


def same_sources(files):
    again = sources_again(files)
    rows = table(files, "statement_sources")
    assert {(row["court_code"], row["source_id"]) for row in rows} >= {
        key for key, of in again.items() if any(of.values())
    }
    for row in rows:
        of = again[row["court_code"], row["source_id"]]
        for figure in list(row)[2:]:
            assert Decimal(row[figure]) == of[figure], (row, figure)
    return rows


def test_the_fund_statement_follows_from_the_postings(files):
    rows = same_sources(files)
    assert sum(Decimal(row["closing"]) for row in rows) == Decimal("85077.00")


@pytest.mark.parametrize("model", list(Model), ids=lambda model: model.name)
def test_it_follows_from_them_when_the_books_began_within_the_year(app, tmp_path, model):
    book, _opening = a_small_book(model)
    a_voucher("10.00", Movement.ADVANCE_PAID, day=date(2018, 3, 5), case=book.owed.subject, source=book.source.subject)
    rows = same_sources(unpacked(a_package(tmp_path)))
    assert Decimal(rows[-1]["opening"]) == Decimal("80500.00")


def test_the_ageing_follows_from_payments_and_recoveries(files):
    rows = table(files, "statement_ageing")
    again = ageing_again(files)
    assert len(rows) == 8
    for row in rows:
        count, amount = again[row["court_code"], row["band"]]
        assert (int(row["count"]), Decimal(row["amount"])) == (count, amount)
    assert sum(Decimal(row["amount"]) for row in rows) == Decimal("15000.00")


def test_the_ledger_of_ceremonies_follows_from_their_lines(files):
    [row] = table(files, "statement_ceremonies")
    lines = [line for line in table(files, "ceremony_lines") if line["ceremony_id"] == row["ceremony_id"]]
    [ceremony] = [one for one in table(files, "ceremonies") if one["id"] == row["ceremony_id"]]
    paid = [line for line in lines if line["status"] == "paid"]

    def amount(**words):
        chosen = (line for line in paid if all(line[name] == word for name, word in words.items()))
        return sum((Decimal(line["amount"]) for line in chosen), Decimal(0))

    assert (int(row["listed"]), int(row["paid"])) == (len(lines), len(paid))
    assert int(row["absent"]) == sum(line["status"] == "absent" for line in lines)
    assert Decimal(row["advances"]) == amount(source="advance") == Decimal("9000.00")
    assert Decimal(row["case_money"]) == amount(source="case_money")
    assert Decimal(row["transfer"]) == amount(method="transfer")
    assert Decimal(row["cash"]) == amount(method="cash")
    for figure in ("drawn", "returned"):
        both = Decimal(ceremony[f"fund_cash_{figure}"]) + Decimal(ceremony[f"case_cash_{figure}"])
        assert Decimal(row[f"cash_{figure}"]) == both


def test_the_statistics_follow_from_cases_advances_decisions_and_the_trail(files):
    rows = {row["item"]: row for row in table(files, "statement_cases") if row["court_code"] == COURT}

    def same(item, amounts):
        found = list(map(Decimal, amounts))
        assert (int(rows[item]["count"]), Decimal(rows[item]["amount"])) == (len(found), sum(found)), item

    posted = {row["id"] for row in table(files, "vouchers") if row["posted_on"] >= FIRST}
    advances = {f"advance:{row['id']}": row for row in table(files, "advances")}
    same("filed", [row["claim"] for row in table(files, "cases") if FIRST <= row["filed_on"] <= LAST])
    same("concluded", [row["claim"] for row in table(files, "cases") if row["concluded_by_advance_on"]])
    same("requested", [row["amount"] for row in advances.values() if row["requested_on"] >= FIRST])
    agreed = [row["subject"] for row in table(files, "trail") if row["event"] == "advances.advance.approved"]
    same("approved", [advances[subject]["amount"] for subject in agreed])
    refused = {row["subject"] for row in table(files, "decisions") if row["outcome"] == "refused"}
    same("refused", [row["amount"] for subject, row in advances.items() if subject in refused])
    same("paid", [row["amount"] for row in table(files, "payments") if row["voucher_id"] in posted])
    same("recovered", [row["fund"] for row in table(files, "recoveries") if row["voucher_id"] in posted])
    same(
        "recovered_whole",
        [row["paid"] for row in advances.values() if 0 < Decimal(row["paid"]) == Decimal(row["recovered"])],
    )
    assert int(rows["under_ceiling"]["count_until"]) == len(
        [row for row in table(files, "cases") if Decimal(row["claim"]) < 20000]
    )


def test_written_off_claims_follow_from_the_postings(app, tmp_path):
    book, _opening = a_small_book()
    about = {"case": book.owed.subject, "source": book.source.subject}
    a_voucher("400.00", Movement.WRITTEN_OFF, day=date(2018, 6, 1), **about)
    a_voucher("30.00", Movement.OTHER_RECEIVED, day=date(2018, 9, 1), case=book.owed.subject)
    files = unpacked(a_package(tmp_path))
    [row] = table(files, "written_off")
    [line] = [line for line in table(files, "postings") if line["movement"] == "written_off"]
    assert {name: row[name] for name in ("voucher_id", "case_ref", "source_ref", "amount")} == {
        name: line[name] for name in ("voucher_id", "case_ref", "source_ref", "amount")
    }
    assert (row["recovered"], row["posted_on"]) == ("30.00", "2018-06-01")
    bands = {row["band"]: row["amount"] for row in table(files, "statement_ageing")}
    assert bands == {"one_year": "8600.00", "two_years": "0.00", "three_years": "0.00", "older": "0.00"}
    same_sources(files)


@pytest.mark.parametrize(
    ("statement", "figure", "told"),
    [
        ("sources", "received", "statement_sources.csv 湘0602 ：与分录不符"),
        ("sources", "closing", "资金收支情况表"),
        ("ageing", "amount", "账龄与垫付、追偿不符"),
        ("ceremonies", "advances", "兑现大会台账与发放名单"),
        ("ceremonies", "case_money", "兑现大会台账与发放名单"),
        ("ceremonies", "transfer", "兑现大会台账与发放名单"),
        ("ceremonies", "cash", "兑现大会台账与发放名单"),
        ("cases", "amount", "案件统计表与资金收支情况表"),
    ],
)
def test_a_fen_more_in_a_statement_is_found_by_the_checker(files, statement, figure, told):
    rows = table(files, f"statement_{statement}")
    changed = next(row for row in rows if row.get("item") in (None, "paid"))
    changed[figure] = str(Decimal(changed[figure]) + Decimal("0.01"))
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    forged = files | {f"csv/statement_{statement}.csv": stream.getvalue().encode("utf-8-sig")}
    with pytest.raises(checker.Difference, match=told):
        checker.check(InMemory(told_again(forged)))
