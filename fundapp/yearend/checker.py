#!/usr/bin/env python3
"""Checks an unpacked audit package of the advance-payment fund. 核对已解压的垫付资金年度审计包。

Run it where it lies, with nothing but Python 3.8 or later:   在本文件所在文件夹运行（只需 Python 3.8 及以上版本）：

    python check.py

It trusts no total that it is given. It reads the manifest, hashes every file, seals every entry of the trail of acts
anew, and recomputes every voucher, every balance and every sub-ledger from the postings. It prints the figures and OK,
or the first thing that is wrong, and ends with status 0 or 1. It writes nothing and asks no other computer.
本程序不采信任何现成的合计数：逐个核对文件摘要，重新计算操作留痕的校验码、每张凭证、每个余额和各明细账。

The steps stand in CHECKS, in this order, each one function. Amounts are counted in whole fen (分).
"""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO

FORMAT = "fund-audit-package/1"
MANIFEST, MANIFEST_DIGEST = "manifest.json", "manifest.sha256"
FIRST_SEAL = "0" * 64
CHUNK = 1 << 20
AMOUNT = re.compile(r"-?[0-9]{1,16}\.[0-9]{2}")
BANK_AND_CASH = {"1002.01", "1001.01"}  # the fund's own money: its bank account, and cash drawn from it
WORDS = {"receipt": "收", "payment": "付", "transfer": "转"}
FUND_BANK, RECEIVABLE, CASE_MONEY = "1002.01", "1218.01", "2901.02"
CARRIES_OVER = "0000"  # opening balances are posted against it, and it stands at zero
OPENED = ("posted", "undo_requested")  # the imports whose balances stand in the books
LONGEST_CELL = 10 * CHUNK
# Acts of the trail of which a register must have the row: the event, the register, and its column for the subject's id.
ON_RECORD = {
    "ledger.opening.posted": ("openings", "id"),
    "funding.source.registered": ("sources", "id"),
    "funding.receipt.recorded": ("fund_receipts", "id"),
    "advances.advance.requested": ("advances", "id"),
    "advances.advance.paid": ("payments", "advance_id"),
    "custody.receipt.recorded": ("case_receipts", "id"),
    "custody.payout.requested": ("payouts", "id"),
    "recovery.receipt.allocated": ("recoveries", "receipt_id"),
}
SIGNED = "approvals.decision.signed"
CLOSED, REOPENED = "yearend.month.closed", "yearend.month.reopened"


class Difference(Exception):
    """The first thing that is wrong."""


def require(holds: Any, told: str) -> None:
    if not holds:
        raise Difference(told)


class Folder:
    """The unpacked package."""

    def __init__(self, path: str) -> None:
        self.path = path

    def names(self) -> list[str]:
        found = []
        for place, _folders, files in os.walk(self.path):
            for name in files:
                found.append(os.path.relpath(os.path.join(place, name), self.path).replace(os.sep, "/"))
        return sorted(found)

    def open(self, name: str) -> BinaryIO:
        return open(os.path.join(self.path, *name.split("/")), "rb")


def digest_of(package: Folder, name: str) -> tuple[int, str]:
    """The size and the SHA-256 of a file."""
    digest, size = hashlib.sha256(), 0
    with package.open(name) as file:
        while True:
            data = file.read(CHUNK)
            if not data:
                return size, digest.hexdigest()
            digest.update(data)
            size += len(data)


def sealed(parts: Iterable[str]) -> str:
    """SHA-256 over parts, each as its length in bytes, a colon and its bytes: how entries and vouchers are sealed."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8")
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()


def fen(text: str, where: str = "amount") -> int:
    require(AMOUNT.fullmatch(text), f"{where}: “{text}” is not an amount / 不是金额")
    return int(text.replace(".", ""))


def yuan(amount: int) -> str:
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100:,}.{abs(amount) % 100:02d}"


# ------------------------------------------------------------------------------------------------ files and tables


class Books:
    """What is read of the package and recomputed from it, step by step."""

    def __init__(self, package: Folder) -> None:
        self.package = package
        self.manifest: dict[str, Any] = {}
        self.files: dict[str, Any] = {}
        # (court, account, month) -> debit, credit
        self.turnover: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
        # (court, account, case) -> debit less credit
        self.by_case: dict[tuple[str, str, str], int] = defaultdict(int)
        # source -> received, returned, used, recovered, opening
        self.by_source: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
        # opening -> voucher id -> account, case, source and debit less credit of each posting
        self.opening_vouchers: dict[str, dict[str, list[tuple[str, str, str, int]]]] = defaultdict(dict)
        self.opening_ids: set[str] = set()  # of opening vouchers
        self.first_business: dict[str, str] = {}  # court -> the earliest day under which business was posted
        # (court, account, case) -> what the court's books began with, on the account's own side
        self.opened: dict[tuple[str, str, str], int] = defaultdict(int)
        self.voucher_total: dict[str, int] = {}  # voucher id -> total
        self.reversed: set[str] = set()  # ids of vouchers undone within the package
        self.posted: dict[str, str] = {}  # voucher id -> its digest on the trail
        self.acts: dict[str, list[str]] = defaultdict(list)  # event -> ids of its subjects
        self.signed: dict[str, list[tuple[str, str]]] = defaultdict(list)  # subject -> steps and digests signed
        # (event, court, month) -> digests told by the trail when the month was closed; reopenings tell none
        self.periods: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        # (court, month) -> number and digest of each voucher
        self.by_month: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
        self.vouchers = self.postings = self.entries = self.moved = 0
        self.figures: list[str] = []

    def rows(self, table: str) -> Iterator[dict[str, str]]:
        """The rows of a table as dictionaries, each with every column."""
        name = f"csv/{table}.csv"
        require(name in self.files, f"{name} is not in the package / 缺少文件")
        count = 0
        with io.TextIOWrapper(self.package.open(name), encoding="utf-8-sig", newline="") as text:
            for count, row in enumerate(csv.DictReader(text, strict=True), 1):
                require(None not in row and None not in row.values(), f"{name}: row {count} is ragged / 列数不符")
                yield row
        require(
            count == self.files[name]["rows"],
            f"{name} has {count} rows, the manifest says {self.files[name]['rows']} / 行数不符",
        )

    @property
    def courts(self) -> list[str]:
        return list(self.manifest["courts"])

    @property
    def year(self) -> int:
        return int(self.manifest["year"])


def check_manifest(books: Books) -> None:
    """The manifest is the one that manifest.sha256 names."""
    names = books.package.names()
    for name in (MANIFEST, MANIFEST_DIGEST):
        require(name in names, f"{name} is missing / 缺少文件")
    with books.package.open(MANIFEST_DIGEST) as file:
        stated = file.read(CHUNK)
    _size, digest = digest_of(books.package, MANIFEST)
    require(stated == (f"{digest}  {MANIFEST}\n").encode("ascii"), "manifest.json does not match / 与摘要不符")
    with books.package.open(MANIFEST) as file:
        books.manifest = json.loads(file.read().decode("utf-8"))
    require(books.manifest["format"] == FORMAT, "unknown format / 格式不明：{}".format(books.manifest["format"]))
    books.files = {entry["name"]: entry for entry in books.manifest["files"]}


def check_files(books: Books) -> None:
    """Every file is there, none is changed, and none is added."""
    expected = set(books.files) | {MANIFEST, MANIFEST_DIGEST}
    found = set(books.package.names())
    for name in sorted(expected - found):
        raise Difference(f"{name} is missing / 缺少文件")
    for name in sorted(found - expected):
        raise Difference(f"{name} does not belong to the package / 多出文件")
    for name, entry in books.files.items():
        size, digest = digest_of(books.package, name)
        require((size, digest) == (entry["size"], entry["sha256"]), f"{name} was changed / 文件被改动")
    named = [("csv/{}.csv".format(table["name"]), table["workbook"]) for table in books.manifest["tables"]]
    for name in itertools.chain(*named):
        require(name in books.files, f"{name} is not in the package / 缺少文件")
    books.figures.append(f"files 文件 {len(expected)}")


# ------------------------------------------------------------------------------------------------ the trail of acts


def check_trail(books: Books) -> None:
    """Each court's chain: no gap, every seal right, time never running back, its end as the manifest says."""
    chains = dict.fromkeys(books.courts, (0, FIRST_SEAL, ""))
    for row in books.rows("trail"):
        court = row["court_code"]
        require(court in chains, f"trail 留痕：{court} is no court of this package / 法院不符")
        length, head, before = chains[court]
        where = "{} trail 留痕 {}".format(court, row["seq"])
        require(row["seq"] == str(length + 1), f"{where}: entry {length + 1} is missing / 缺号")
        require(row["previous"] == head, f"{where}: does not follow the entry before / 与上一条不衔接")
        require(row["recorded_at"] >= before, f"{where}: earlier than the entry before / 时间倒退")
        parts = (row[name] for name in ("court_code", "seq", "recorded_at", "event", "subject", "actor_id", "facts"))
        require(sealed(["1", *parts, head]) == row["seal"], f"{where}: does not match its seal / 校验码不符")
        chains[court] = (length + 1, row["seal"], row["recorded_at"])
        books.entries += 1
        note(books, row)
    for court in books.courts:
        chain, stated = chains[court], books.manifest["chains"][court]
        right = (stated["length"], stated["head"]) == chain[:2]
        require(right, f"{court}: the chain ends elsewhere / 留痕末端不符")
    books.figures.append(f"trail entries 操作留痕 {books.entries}")


def note(books: Books, row: dict[str, str]) -> None:
    """Keep what other tables must agree with: vouchers, signatures, acts before the year ended (in Beijing)."""
    event, subject_id = row["event"], row["subject"].split(":")[-1]
    facts = json.loads(row["facts"])
    if event == "ledger.voucher.posted":
        if int(facts["number"][:4]) <= books.year:
            books.posted[subject_id] = facts["digest"]
    elif event == SIGNED:
        books.signed[row["subject"]].append((facts["step"], facts["digest"]))
    elif event in (CLOSED, REOPENED) and int(facts["month"][:4]) <= books.year:
        books.periods[event, row["court_code"], facts["month"]].append(facts.get("digest", ""))
    elif event in ON_RECORD and row["recorded_at"] < f"{books.year:04d}-12-31T16":
        books.acts[event].append(subject_id)


def check_registers(books: Books) -> None:
    """What the trail says was registered, paid, received or split stands in its register."""
    for event, (table, column) in ON_RECORD.items():
        found = {row[column] for row in books.rows(table)}
        for subject_id in books.acts[event]:
            require(subject_id in found, f"{table}.csv: {subject_id} is missing / 缺少留痕所记的行（{event}）")


# ------------------------------------------------------------------------------------------------ vouchers


def check_vouchers(books: Books) -> None:
    """Vouchers are numbered without gap; the postings of each are lawful, add up, and are those sealed when posted."""
    accounts = {row["code"] for row in books.rows("accounts")}
    last: dict[tuple[str, ...], int] = defaultdict(int)  # (court, year) and (court, year, kind) -> the last number
    groups = itertools.groupby(books.rows("postings"), key=lambda row: row["voucher_id"])
    for voucher in books.rows("vouchers"):
        where = "{} {}".format(voucher["court_code"], voucher["cited"])
        check_numbers(voucher, last, where)
        year = voucher["posted_on"][:4]
        require(voucher["court_code"] in books.courts, f"{where}: no court of this package / 法院不符")
        require(year == voucher["year"] and int(year) <= books.year, f"{where}: posted in another year / 年度不符")
        require(voucher["posted_on"] >= voucher["business_date"], f"{where}: posted too early / 记账日期过早")
        two = voucher["reviewed_by"] not in (voucher["prepared_by"], voucher["cashier"])
        require(two, f"{where}: one person made and reviewed it / 制单或出纳兼审核")
        voucher_id, lines = next(groups, (None, ()))
        require(voucher_id == voucher["id"], f"{where}: its postings are missing or stand elsewhere / 分录缺失或错位")
        check_postings(books, voucher, list(lines), accounts, where)
    require(next(groups, None) is None, "postings.csv: postings without a voucher / 有无凭证的分录")
    require(not books.posted, f"vouchers of the trail are missing / 缺少留痕所记凭证：{sorted(books.posted)[:3]}")
    books.figures.append(f"vouchers 凭证 {books.vouchers}, postings 分录 {books.postings}")


def check_numbers(voucher: dict[str, str], last: dict[tuple[str, ...], int], where: str) -> None:
    """总号 of the year and 分号 of its kind, each the one after the last."""
    series = (voucher["court_code"], voucher["year"])
    for key, name in ((series, "number"), ((*series, voucher["kind"]), "kind_number")):
        last[key] += 1
        due = str(last[key])
        require(voucher[name] == due, f"{where}: {'-'.join(key[1:])} {name} {due} is missing / 凭证缺号")
    cited = "{}{}{:04d}".format(voucher["year"], WORDS.get(voucher["kind"], "?"), int(voucher["kind_number"]))
    require(voucher["cited"] == cited, f"{where}: cited otherwise / 凭证号不符")


def voucher_head(voucher: dict[str, str]) -> list[str]:
    """The parts of a voucher's digest that stand before its postings, by its canonical form."""
    number = "{}-{:04d}".format(voucher["year"], int(voucher["number"]))
    if voucher["form"] == "1":
        return [voucher["court_code"], number, voucher["name"], voucher["business_date"]]
    named = "cited name business_date posted_on recorded_at summary_mark attachments".split()
    parts = [voucher["form"], voucher["court_code"], number, *(voucher[name] for name in named)]
    links = (voucher[name] for name in ("ink", "reverses_id", "adjusts_id", "restates_id"))
    return [*parts, *voucher["hands"].split(" "), *links]


def check_postings(
    books: Books, voucher: dict[str, str], lines: list[dict[str, str]], accounts: set[str], where: str
) -> None:
    parts = voucher_head(voucher)
    total = 0
    for at, line in enumerate(lines, 1):
        amount = fen(line["amount"], where)
        require(line["line"] == str(at), f"{where}: posting {at} is missing / 分录缺号")
        require(amount > 0, f"{where}: posting {at} is not above zero / 分录金额不大于零")
        require(line["debit"] != line["credit"], f"{where}: posting {at} has one account / 借贷同科目")
        require({line["debit"], line["credit"]} <= accounts, f"{where}: posting {at}: no such account / 科目不明")
        parts += [line["movement"], line["debit"], line["credit"], str(amount)]
        parts += [line["case_ref"], line["source_ref"], line["debtor_ref"]]
        total += amount
        book(books, voucher, line, amount)
    note_opening(books, voucher, lines, where)
    digest = sealed(parts)
    require(total == fen(voucher["total"], where), f"{where}: the postings do not make its total / 分录合计不符")
    require(digest == voucher["digest"], f"{where}: the postings do not match its digest / 凭证校验码不符")
    require(books.posted.pop(voucher["id"], "") == digest, f"{where}: the trail says otherwise / 与留痕不符")
    books.voucher_total[voucher["id"]] = total
    books.by_month[voucher["court_code"], voucher["posted_on"][:7]].append((int(voucher["number"]), digest))
    if voucher["reverses_id"]:
        books.reversed.add(voucher["reverses_id"])
    books.vouchers += 1
    books.postings += len(lines)
    books.moved += total


def note_opening(books: Books, voucher: dict[str, str], lines: list[dict[str, str]], where: str) -> None:
    """Keep what opening vouchers carried, and the first day of business; nothing else touches 0000."""
    is_opening = voucher["name"].startswith("opening:")
    touches = [CARRIES_OVER in (line["debit"], line["credit"]) for line in lines]
    if is_opening:
        require(all(touches), f"{where}: an opening voucher posts business / 期初凭证记有业务")
        carried = []
        for line in lines:
            is_debit = line["credit"] == CARRIES_OVER
            account, amount = line["debit"] if is_debit else line["credit"], fen(line["amount"], where)
            carried.append((account, line["case_ref"], line["source_ref"], amount if is_debit else -amount))
        books.opening_vouchers[voucher["name"].split(":")[1]][voucher["id"]] = carried
        books.opening_ids.add(voucher["id"])
    elif voucher["reverses_id"] not in books.opening_ids:
        require(not any(touches), f"{where}: business touches 0000 / 业务凭证使用期初过渡科目")
        court, day = voucher["court_code"], voucher["posted_on"]
        books.first_business[court] = min(day, books.first_business.get(court, day))


def book(books: Books, voucher: dict[str, str], line: dict[str, str], amount: int) -> None:
    """Add one posting to everything that is recomputed; red ink is deducted from the other side."""
    court, month, case = voucher["court_code"], voucher["posted_on"][:7], line["case_ref"]
    is_red, is_blue = voucher["ink"] == "red", voucher["ink"] == "blue"
    books.turnover[court, line["debit"], month][is_red] += -amount if is_red else amount
    books.turnover[court, line["credit"], month][not is_red] += -amount if is_red else amount
    if case:
        books.by_case[court, line["debit"], case] += amount
        books.by_case[court, line["credit"], case] -= amount
    enters, leaves = line["debit"] in BANK_AND_CASH, line["credit"] in BANK_AND_CASH
    if line["source_ref"] and enters != leaves:
        column = (3 if case else 0) if enters is is_blue else (2 if case else 1)
        column = 4 if line["movement"] == "opening_balance" else column
        books.by_source[line["source_ref"]][column] += amount if is_blue else -amount


# ------------------------------------------------------------------------------------------------ balances


def sides(balance: int) -> tuple[int, int]:
    return max(balance, 0), max(-balance, 0)


def check_months(books: Books) -> None:
    """Each month's turnover and balance of each account, recomputed from the postings."""
    stated: dict[tuple[str, str, str], list[int]] = {}
    for row in books.rows("months"):
        key = (row["court_code"], row["account"], row["month"])
        stated[key] = [fen(row[name]) for name in ("debit", "credit", "balance")]
    running: dict[tuple[str, str], int] = defaultdict(int)
    for key in sorted(books.turnover):
        debit, credit = books.turnover[key]
        running[key[:2]] += debit - credit
        expected = [debit, credit, running[key[:2]]]
        require(stated.pop(key, None) == expected, "{} {} {}: turnover or balance / 月发生额或余额不符".format(*key))
    require(not stated, f"months.csv: without postings / 无分录支持：{sorted(stated)[:1]}")


def check_trial_balance(books: Books) -> None:
    """试算平衡: opening, turnover and closing of each account; debits equal credits."""
    first = f"{books.year:04d}-01"
    # (court, account) -> balance before, debit, credit
    expected: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for (court, account, month), (debit, credit) in books.turnover.items():
        found = expected[court, account]
        if month < first:
            found[0] += debit - credit
        else:
            found[1] += debit
            found[2] += credit
    names = ("opening_debit", "opening_credit", "debit", "credit", "closing_debit", "closing_credit")
    sums: dict[str, list[int]] = defaultdict(lambda: [0] * 6)
    for row in books.rows("trial_balance"):
        key = (row["court_code"], row["account"])
        require(key in expected, "{} {}: without postings / 无分录支持".format(*key))
        opening, debit, credit = expected.pop(key)
        stated = [fen(row[name]) for name in names]
        right = [*sides(opening), debit, credit, *sides(opening + debit - credit)]
        require(stated == right, "{} {}: trial balance / 试算平衡表不符".format(*key))
        sums[key[0]] = [before + now for before, now in zip(sums[key[0]], stated)]  # noqa: B905 - Python 3.8
    require(not expected, f"trial_balance.csv lacks / 缺少科目：{sorted(expected)[:1]}")
    for court, amounts in sums.items():
        require(amounts[::2] == amounts[1::2], f"{court}: debits are not credits / 借贷不平")
    books.figures.append(f"turnover of the year 本年发生额 {yuan(sum(amounts[2] for amounts in sums.values()))}")


def check_periods(books: Books) -> None:
    """What a month held when it was closed is what it holds, as long as the closing stands; others reopened it."""
    ended = {(row["court_code"], row["month"], row["round"]): row for row in books.rows("reopenings")}
    rounds: dict[tuple[str, str], int] = defaultdict(int)
    for row in books.rows("closed_months"):
        court, month = row["court_code"], row["month"]
        where = f"{court} {month} closing 结账 {row['round']}"
        rounds[court, month] += 1
        require(row["round"] == str(rounds[court, month]), f"{where}: one before it is missing / 缺少结账记录")
        until = int(row["last_number"])
        held = [digest for number, digest in books.by_month[court, month] if number <= until]
        right = (str(len(held)), sealed(held)) == (row["vouchers"], row["digest"])
        require(right, f"{where}: it held other vouchers / 结账时的凭证不符")
        told = books.periods[CLOSED, court, month]
        require(told and told.pop(0) in ("", row["digest"]), f"{where}: the trail says otherwise / 与留痕不符")
        end = ended.pop((court, month, row["round"]), None)
        check_kept_shut(books, row, None if end is None else int(end["last_number"]), where)
        if end is not None:
            hands = [end[name] for name in ("requested_by", "audited_by", "agreed_by") if end[name]]
            enough = len(set(hands)) == len(hands) == (3 if month.endswith("-12") else 2)
            require(enough, f"{where}: reopened by too few / 反结账人数不足")
            told = books.periods[REOPENED, court, month]
            require(told and told.pop() == "", f"{where}: the trail knows of no reopening / 无反结账留痕")
    require(not ended, f"reopenings.csv: of no closing / 无对应结账：{sorted(ended)[:1]}")
    left = sorted(key for key, told in books.periods.items() if told)
    require(not left, f"closings or reopenings of the trail are missing / 缺少留痕所记结账：{left[:1]}")


def check_kept_shut(books: Books, closing: dict[str, str], until: int | None, where: str) -> None:
    """No voucher was posted in the month, or before it in the year, between its closing and its reopening, if any."""
    first = int(closing["last_number"])
    for (court, month), vouchers in books.by_month.items():
        if court == closing["court_code"] and closing["month"][:4] == month[:4] and month <= closing["month"]:
            for number, _digest in vouchers:
                kept = number <= first or (until is not None and number > until)
                require(kept, f"{where}: number {number} was posted into it / 结账后记入凭证")


def check_closed_years(books: Books) -> None:
    """In a closed year of own funds (B) nothing is left on income, expense and the year's result."""
    models = {row["code"]: row["model"] for row in books.rows("courts")}
    ended = {(row["court_code"], row["month"], row["round"]) for row in books.rows("reopenings")}
    closed = []
    for row in books.rows("closed_years"):
        standing = (row["court_code"], row["year"] + "-12", row["round"]) not in ended
        if int(row["year"]) == books.year and standing:
            closed.append(row["court_code"])
    left: dict[tuple[str, str], int] = defaultdict(int)
    for (court, account, _month), (debit, credit) in books.turnover.items():
        left[court, account] += debit - credit
    for (court, account), balance in sorted(left.items()):
        if court in closed and models[court] == "B" and (account[0] in "45" or account == "3301"):
            require(balance == 0, f"{court} {account}: not carried over / 年终未结转")
    books.figures.append(f"courts closed 已年终结账法院 {len(closed)} / {len(books.courts)}")


# ------------------------------------------------------------------------------------------------ sub-ledgers


def check_openings(books: Books) -> None:
    """Each import of opening balances: two hands, sides equal, its vouchers what its lines say; 0000 is zero, and
    business stands after it."""
    lines: dict[str, dict[tuple[str, str, str], int]] = defaultdict(lambda: defaultdict(int))
    for row in books.rows("opening_lines"):
        amount = fen(row["amount"]) * (1 if row["side"] == "debit" else -1)
        lines[row["opening_id"]][row["account"], row["case_ref"], row["source_ref"]] += amount
    for row in books.rows("openings"):
        check_opening(books, row, lines.pop(row["id"], {}))
    require(not lines, "opening_lines.csv: lines without an import / 有无导入的期初明细")
    require(not books.opening_vouchers, "opening vouchers without an import / 期初凭证没有导入登记")
    for court in books.courts:
        require(balance_of(books, court, CARRIES_OVER) == 0, f"{court}: 0000 is not zero / 期初过渡科目不为零")
    carried = sum(amount for (_, account, _), amount in books.opened.items() if account == RECEIVABLE)
    books.figures.append(f"opening receivables 期初应收垫付款 {yuan(carried)}")


def check_opening(books: Books, row: dict[str, str], lines: Mapping[tuple[str, str, str], int]) -> None:
    where, court = "opening 期初导入 {}".format(row["id"]), row["court_code"]
    debit = sum(net for net in lines.values() if net > 0)
    credit = -sum(net for net in lines.values() if net < 0)
    require([fen(row["debit"]), fen(row["credit"])] == [debit, credit], f"{where}: not the sum of its lines / 合计不符")
    require(debit == credit, f"{where}: debits are not credits / 借贷不平")
    require(row["requested_by"] != row["reviewed_by"], f"{where}: one person made and reviewed it / 一人经办并复核")
    alone = row["undo_reviewed_by"] and row["undo_reviewed_by"] == row["undo_requested_by"]
    require(not alone, f"{where}: one person undid it / 一人冲销")
    posted: dict[tuple[str, str, str], int] = defaultdict(int)
    for voucher_id, carried in books.opening_vouchers.pop(row["id"], {}).items():
        if voucher_id not in books.reversed:
            for account, case, source, net in carried:
                posted[account, case, source] += net
    stands = row["status"] in OPENED
    expected = {key: net for key, net in lines.items() if net} if stands else {}
    require(dict(posted) == expected, f"{where}: its vouchers do not carry its lines / 凭证与明细不符")
    if stands:
        later = books.first_business.get(court, "9999") > row["day"]
        require(later, f"{where}: business is posted on or before its day / 业务早于期初")
        for (account, case, _source), net in lines.items():
            books.opened[court, account, case] += net if account[0] == "1" else -net


def opened_by_case(books: Books, account: str) -> dict[tuple[str, str], int]:
    """What each case began with in an account."""
    return {(court, case): amount for (court, code, case), amount in books.opened.items() if code == account and case}


def check_sources(books: Books) -> None:
    """Each source's money from the postings, and all of them together the fund's bank account and cash."""
    left: dict[str, int] = defaultdict(int)
    for row in books.rows("sources"):
        flows = books.by_source.pop("source:" + row["id"], [0, 0, 0, 0, 0])
        received, given_back, used, recovered, opening = flows
        balance = opening + received - given_back - used + recovered
        names = ("received", "given_back", "used", "recovered", "opening", "balance")
        stated = [fen(row[name]) for name in names]
        right = [*flows, balance]
        where = "{} source 资金来源 {}".format(row["court_code"], row["name"])
        require(stated == right, f"{where}: does not match / 与分录不符")
        left[row["court_code"]] += balance
    require(not books.by_source, f"postings of unknown sources / 来源不明：{sorted(books.by_source)[:1]}")
    for court in books.courts:
        bank = balance_of(books, court, FUND_BANK)
        cash = left[court] - bank
        require(0 <= cash <= balance_of(books, court, "1001.01"), f"{court}: sources are not the fund / 来源合计不符")
    books.figures.append(f"fund left 资金结余 {yuan(sum(left.values()))}")


def balance_of(books: Books, court: str, account: str) -> int:
    found = (pair for (of, code, _), pair in books.turnover.items() if (of, code) == (court, account))
    return sum(debit - credit for debit, credit in found)


def counts(books: Books, voucher_id: str, amount: int, where: str) -> bool:
    """Whether a payment or receipt stands: its voucher is in the package with its amount and was not reversed."""
    require(voucher_id in books.voucher_total, f"{where}: its voucher is missing / 缺少凭证")
    require(books.voucher_total[voucher_id] >= amount, f"{where}: more than its voucher / 与凭证金额不符")
    return voucher_id not in books.reversed


def check_advances(books: Books) -> None:
    """Each advance: paid once, recovered never beyond; 1218.01 by case is what it began with and what is out (B)."""
    paid: dict[str, int] = defaultdict(int)
    recovered: dict[str, int] = defaultdict(int)
    seen: set[str] = set()
    for row in books.rows("payments"):
        amount, where = fen(row["amount"]), "payment 垫付 {}".format(row["id"])
        require(row["advance_id"] not in seen, f"{where}: its advance is paid twice / 重复垫付")
        seen.add(row["advance_id"])
        if counts(books, row["voucher_id"], amount, where):
            paid[row["advance_id"]] += amount
    for row in books.rows("recoveries"):
        parts = [fen(row[name]) for name in ("fund", "creditor", "refund")]
        where = "recovery 追偿 {}".format(row["id"])
        require(min(parts) >= 0 and sum(parts) == fen(row["amount"]), f"{where}: parts do not add up / 分配不符")
        if parts[0] and counts(books, row["voucher_id"], parts[0], where):
            recovered[row["advance_id"]] += parts[0]
    outstanding: dict[tuple[str, str], int] = defaultdict(int, opened_by_case(books, RECEIVABLE))
    for row in books.rows("advances"):
        one = (paid[row["id"]], recovered[row["id"]], paid[row["id"]] - recovered[row["id"]])
        where = "{} advance 垫付 {}".format(row["case_number"], row["id"])
        require(one[2] >= 0, f"{where}: recovered more than was paid / 追偿超过垫付")
        require([fen(row[name]) for name in ("paid", "recovered", "outstanding")] == list(one), f"{where}: 金额不符")
        require(not one[0] or one[0] == fen(row["amount"]), f"{where}: paid another amount / 实付与批准不符")
        outstanding[row["court_code"], "case:" + row["case_id"]] += one[2]
    models = {row["code"]: row["model"] for row in books.rows("courts")}
    compare_cases(books, RECEIVABLE, 1, {key: owed for key, owed in outstanding.items() if models[key[0]] == "B"})
    books.figures.append(f"advanced 垫付 {yuan(sum(paid.values()))}")
    books.figures.append(f"recovered 已追回 {yuan(sum(recovered.values()))}")
    books.figures.append(f"outstanding 未收回 {yuan(sum(paid.values()) - sum(recovered.values()))}")


def check_case_money(books: Books) -> None:
    """2901.02 by case: what the books began with and debtors paid in, less what was paid out and went to the fund."""
    held: dict[tuple[str, str], int] = defaultdict(int, opened_by_case(books, CASE_MONEY))
    for row in books.rows("case_receipts"):
        amount, where = fen(row["amount"]), "case receipt 案款 " + row["id"]
        if row["status"] == "confirmed" and counts(books, row["voucher_id"], amount, where):
            held[row["court_code"], "case:" + row["case_id"]] += amount
    for row in books.rows("recoveries"):
        if fen(row["fund"]) and row["voucher_id"] not in books.reversed:
            held[row["court_code"], "case:" + row["case_id"]] -= fen(row["fund"])
    for row in books.rows("payouts"):
        if row["voucher_id"] and counts(books, row["voucher_id"], fen(row["amount"]), "payout " + row["id"]):
            held[row["court_code"], "case:" + row["case_id"]] -= fen(row["amount"])
    for (court, case), amount in sorted(held.items()):
        require(amount >= 0, f"{court} {case}: paid out more than came in / 案款超付")
    compare_cases(books, CASE_MONEY, -1, held)
    books.figures.append(f"case money held 案款结存 {yuan(sum(held.values()))}")


def compare_cases(books: Books, account: str, side: int, register: Mapping[tuple[str, str], int]) -> None:
    """A register by case against the account by case; ``side`` is 1 for debit accounts and -1 for credit ones."""
    booked = {
        (court, case): side * amount
        for (court, code, case), amount in books.by_case.items()
        if code == account and amount
    }
    for key in sorted(set(booked) | set(register)):
        inside, beside = booked.get(key, 0), register.get(key, 0)
        where = f"{key[0]} {key[1]} {account}"
        require(inside == beside, f"{where}: {yuan(inside)}, the register {yuan(beside)} / 科目与台账不符")


def check_approvals(books: Books) -> None:
    """Nobody signs what he prepared, nor twice in one round; what was paid had at least three agreeing signatures."""
    signed: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in books.rows("decisions"):
        signed[row["subject"], row["round"]].append(row)
        found[row["subject"]].append((row["step"], row["payload_digest"]))
    for subject in sorted(set(found) | set(books.signed)):
        same = sorted(found[subject]) == sorted(books.signed[subject])
        require(same, f"{subject}: signatures not as on the trail / 审批签署与留痕不符")
    for (subject, _round), rows in signed.items():
        people = [row["actor"] for row in rows]
        require(len(people) == len(set(people)), f"{subject}: one person signed twice / 一人重复审批")
    for row in books.rows("advances"):
        rows = signed.get(("advance:" + row["id"], row["round"]), [])
        where = "{} advance 垫付 {}".format(row["case_number"], row["id"])
        require(all(one["actor"] != row["prepared_by"] for one in rows), f"{where}: signed by its maker / 自办自批")
        agreed = [one for one in rows if one["outcome"] == "agreed" and one["payload_digest"] == row["payload_digest"]]
        whole = len(agreed) >= 3 and agreed == rows
        require(fen(row["paid"]) == 0 or whole, f"{where}: paid without its signatures / 审批不全")
    books.figures.append(f"signatures 审批签署 {sum(len(rows) for rows in signed.values())}")


def check_batches(books: Books) -> None:
    """Each batch is the sum of its lines."""
    lines: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in books.rows("batch_lines"):
        lines[row["batch_id"]][0] += fen(row["amount"])
        lines[row["batch_id"]][1] += 1
    for row in books.rows("batches"):
        stated = [fen(row["total"]), int(row["line_count"])]
        right = lines.pop(row["id"], None) == stated
        require(right, "batch 批次 {}: not the sum of its lines / 合计不符".format(row["number"]))
    require(not lines, "batch_lines.csv: lines without a batch / 有无批次的明细")


def check_ceremonies(books: Books) -> None:
    """At a closed ceremony the cash drawn is the cash handed over and the cash brought back."""
    cash: dict[tuple[str, str], int] = defaultdict(int)
    handed = 0
    for row in books.rows("ceremony_lines"):
        if row["status"] == "paid":
            handed += fen(row["amount"])
            if row["method"] == "cash":
                cash[row["ceremony_id"], row["source"]] += fen(row["amount"])
    for row in books.rows("ceremonies"):
        for source, name in (("advance", "fund_cash"), ("case_money", "case_cash")):
            drawn, returned = fen(row[name + "_drawn"]), fen(row[name + "_returned"])
            balanced = row["status"] != "closed" or drawn == returned + cash[row["id"], source]
            require(balanced, "ceremony 兑现大会 {}: cash does not balance / 现金不符".format(row["name"]))
    books.figures.append(f"handed over at ceremonies 大会发放 {yuan(handed)}")


def check_totals(books: Books) -> None:
    """The figures on the manifest are those recomputed."""
    right = {
        "vouchers": books.vouchers,
        "postings": books.postings,
        "trail_entries": books.entries,
        "posted": yuan(books.moved).replace(",", ""),
    }
    require(books.manifest["totals"] == right, "manifest.json: totals / 合计不符")


CHECKS = (
    check_manifest,
    check_files,
    check_trail,
    check_registers,
    check_vouchers,
    check_months,
    check_trial_balance,
    check_periods,
    check_closed_years,
    check_openings,
    check_sources,
    check_advances,
    check_case_money,
    check_approvals,
    check_batches,
    check_ceremonies,
    check_totals,
)


def check(package: Folder) -> list[str]:
    """The figures of a package, recomputed; raises Difference with the first thing that is wrong."""
    csv.field_size_limit(LONGEST_CELL)
    books = Books(package)
    for step in CHECKS:
        try:
            step(books)
        except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError, csv.Error) as broken:
            raise Difference(f"{step.__name__}: cannot be read / 无法读取：{broken!r}") from broken
    return books.figures


def main() -> None:
    """Tell the figures and OK, or end with the first thing wrong.

    It runs unless the fund's own program imports it. Asked the usual way round, a changed byte in "__main__" would
    end the program without a word and with status 0.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        figures = check(Folder(os.path.dirname(os.path.abspath(__file__))))
    except Difference as difference:
        sys.exit(f"FAILED 核对不符：{difference}")
    for figure in figures:
        print(figure)
    print("OK 核对无误")


if __name__ != "fundapp.yearend.checker":
    main()
