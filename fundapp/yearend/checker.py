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
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    Row = dict[str, str]  # a row of a table: the text of each column
    Key = tuple[str, ...]  # what amounts are kept under, such as (court, account, month)

FORMAT, MANIFEST, MANIFEST_DIGEST = "fund-audit-package/1", "manifest.json", "manifest.sha256"
FIRST_SEAL, CHUNK, LONGEST_CELL = "0" * 64, 1 << 20, 10 << 20
AMOUNT = re.compile(r"-?[0-9]{1,16}\.[0-9]{2}")
WORDS = {"receipt": "收", "payment": "付", "transfer": "转"}
FUND_BANK, CASH, RECEIVABLE, CASE_MONEY = "1002.01", "1001.01", "1218.01", "2901.02"
BANK_AND_CASH = {FUND_BANK, CASH}  # the fund's own money: its bank account, and cash drawn from it
RECEIVED, GIVEN_BACK, USED, RECOVERED, OPENING = range(5)  # the flows of a source, in their places
CARRIES_OVER = "0000"  # opening balances are posted against it, and it stands at zero
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
SIGNED, CLOSED, REOPENED = "approvals.decision.signed", "yearend.month.closed", "yearend.month.reopened"


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
        found = (os.path.join(place, name) for place, _folders, files in os.walk(self.path) for name in files)
        return sorted(os.path.relpath(path, self.path).replace(os.sep, "/") for path in found)

    def open(self, name: str) -> BinaryIO:
        return open(os.path.join(self.path, *name.split("/")), "rb")

    def digest(self, name: str) -> tuple[int, str]:
        """The size and the SHA-256 of a file."""
        digest, size = hashlib.sha256(), 0
        with self.open(name) as file:
            while data := file.read(CHUNK):
                digest.update(data)
                size += len(data)
        return size, digest.hexdigest()


def sealed(parts: Iterable[str]) -> str:
    """SHA-256 over parts, each as its length in bytes, a colon and its bytes: how entries and vouchers are sealed."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8")
        digest.update(b"%d:%b" % (len(data), data))
    return digest.hexdigest()


def fen(text: str, where: str = "amount") -> int:
    require(AMOUNT.fullmatch(text), f"{where}: “{text}” is not an amount / 不是金额")
    return int(text.replace(".", ""))


def amounts_of(row: Row, names: str) -> list[int]:
    """The amounts in the columns of these names."""
    return [fen(row[name]) for name in names.split()]


def yuan(amount: int) -> str:
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100:,}.{abs(amount) % 100:02d}"


class Books:
    """What is read of the package and recomputed from it, step by step. A net is debit less credit."""

    def __init__(self, package: Folder) -> None:
        self.package = package
        self.manifest: dict[str, Any] = {}
        self.files: dict[str, Any] = {}
        self.year = self.postings = self.entries = 0
        self.courts: list[str] = []
        self.figures: list[str] = []
        self.posted: dict[str, str] = {}  # voucher id -> its digest on the trail
        self.acts: dict[str, list[str]] = defaultdict(list)  # event -> ids of its subjects
        self.signed: dict[str, list[tuple[str, str]]] = defaultdict(list)  # subject -> steps and digests signed
        # (event, court, month) -> digests told by the trail when the month was closed; reopenings tell none
        self.periods: dict[Key, list[str]] = defaultdict(list)
        self.totals: dict[str, int] = {}  # voucher id -> total
        self.reversed: set[str] = set()  # ids of vouchers undone within the package
        self.by_month: dict[Key, list[tuple[int, str]]] = defaultdict(list)  # (court, month) -> numbers, digests
        self.turnover: dict[Key, list[int]] = defaultdict(lambda: [0, 0])  # (court, account, month) -> debit, credit
        self.of_year: dict[Key, list[int]] = defaultdict(lambda: [0, 0])  # (court, account) -> debit, credit
        self.balance: dict[Key, int] = defaultdict(int)  # (court, account) -> net
        self.flows: dict[str, list[int]] = defaultdict(lambda: [0] * 5)  # source -> its flows, each in its place
        # account -> (court, case) -> net; and what the court's books began with, on the account's own side
        self.by_case: dict[str, dict[Key, int]] = defaultdict(lambda: defaultdict(int))
        self.opened: dict[str, dict[Key, int]] = defaultdict(lambda: defaultdict(int))
        # opening -> voucher id, (account, case, source) and net of each posting
        self.carried: dict[str, list[tuple[str, Key, int]]] = defaultdict(list)
        self.opening_ids: set[str] = set()  # of opening vouchers
        self.first_business: dict[str, str] = {}  # court -> the earliest day under which business was posted
        self.models: dict[str, str] = {}  # court -> A or B

    def rows(self, table: str) -> Iterator[Row]:
        """The rows of a table as dictionaries, each with every column."""
        name, count = f"csv/{table}.csv", 0
        require(name in self.files, f"{name} is not in the package / 缺少文件")
        with io.TextIOWrapper(self.package.open(name), encoding="utf-8-sig", newline="") as text:
            for count, row in enumerate(csv.DictReader(text, strict=True), 1):
                require(None not in row and None not in row.values(), f"{name}: row {count} is ragged / 列数不符")
                yield row
        stated = self.files[name]["rows"]
        require(count == stated, f"{name} has {count} rows, the manifest says {stated} / 行数不符")

    def grouped(self, table: str, column: str) -> dict[str, list[Row]]:
        """The rows of a table by what stands in a column."""
        groups: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows(table):
            groups[row[column]].append(row)
        return groups

    def compare(self, table: str, keys: str, names: str, right: Mapping[Key, list[int]], told: str) -> None:
        """A table against what was recomputed: one row for each key, and in it these amounts."""
        left = dict(right)
        for row in self.rows(table):
            key = tuple(row[name] for name in keys.split())
            where = f"{table}.csv {' '.join(key)}"
            require(key in left, f"{where}: without postings, or twice / 无分录支持或重复")
            require(amounts_of(row, names) == left.pop(key), f"{where}: {told}")
        require(not left, f"{table}.csv lacks / 缺少：{sorted(left)[:1]}")

    def note_act(self, row: Row) -> None:
        """Keep what other tables must agree with: vouchers, signatures, acts before the year ended (in Beijing)."""
        event, subject_id, facts = row["event"], row["subject"].split(":")[-1], json.loads(row["facts"])
        if event == "ledger.voucher.posted" and int(facts["number"][:4]) <= self.year:
            self.posted[subject_id] = facts["digest"]
        elif event == SIGNED:
            self.signed[row["subject"]].append((facts["step"], facts["digest"]))
        elif event in (CLOSED, REOPENED) and int(facts["month"][:4]) <= self.year:
            self.periods[event, row["court_code"], facts["month"]].append(facts.get("digest", ""))
        elif event in ON_RECORD and row["recorded_at"] < f"{self.year:04d}-12-31T16":
            self.acts[event].append(subject_id)

    def note_posting(self, voucher: Row, line: Row, amount: int) -> None:
        """Add one posting to everything that is recomputed; red ink is deducted from the other side."""
        court, month, case = voucher["court_code"], voucher["posted_on"][:7], line["case_ref"]
        is_red, is_blue = voucher["ink"] == "red", voucher["ink"] == "blue"
        signed = -amount if is_red else amount
        for account, column, net in ((line["debit"], is_red, amount), (line["credit"], not is_red, -amount)):
            self.turnover[court, account, month][column] += signed
            if month[:4] == f"{self.year:04d}":
                self.of_year[court, account][column] += signed
            self.balance[court, account] += net
            if case:
                self.by_case[account][court, case] += net
        enters, leaves = line["debit"] in BANK_AND_CASH, line["credit"] in BANK_AND_CASH
        if line["source_ref"] and enters != leaves:
            flow = (RECOVERED if case else RECEIVED) if enters is is_blue else (USED if case else GIVEN_BACK)
            flow = OPENING if line["movement"] == "opening_balance" else flow
            self.flows[line["source_ref"]][flow] += amount if is_blue else -amount

    def note_opening(self, voucher: Row, lines: list[Row], where: str) -> None:
        """Keep what opening vouchers carried, and the first day of business; nothing else touches 0000."""
        touches = [CARRIES_OVER in (line["debit"], line["credit"]) for line in lines]
        if voucher["name"].startswith("opening:"):
            require(all(touches), f"{where}: an opening voucher posts business / 期初凭证记有业务")
            self.opening_ids.add(voucher["id"])
            carried = self.carried[voucher["name"].split(":")[1]]
            for line in lines:
                side, sign = ("debit", 1) if line["credit"] == CARRIES_OVER else ("credit", -1)
                part = (line[side], line["case_ref"], line["source_ref"])
                carried.append((voucher["id"], part, sign * fen(line["amount"])))
        elif voucher["reverses_id"] not in self.opening_ids:
            require(not any(touches), f"{where}: business touches 0000 / 业务凭证使用期初过渡科目")
            court, day = voucher["court_code"], voucher["posted_on"]
            self.first_business[court] = min(day, self.first_business.get(court, day))

    def standing(self, table: str, row: Row, amount: int) -> int:
        """The amount of a payment or receipt whose voucher is in the package with it; nothing if that was reversed."""
        where = f"{table}.csv {row['id']}"
        require(row["voucher_id"] in self.totals, f"{where}: its voucher is missing / 缺少凭证")
        require(self.totals[row["voucher_id"]] >= amount, f"{where}: more than its voucher / 与凭证金额不符")
        return 0 if row["voucher_id"] in self.reversed else amount

    def compare_cases(self, account: str, side: int, register: Mapping[Key, int]) -> None:
        """A register by case against the account by case; ``side`` is 1 for debit accounts and -1 for credit ones."""
        booked = self.by_case[account]
        for key in sorted({*booked, *register}):
            inside, beside = side * booked.get(key, 0), register.get(key, 0)
            told = f"{yuan(inside)}, the register {yuan(beside)} / 科目与台账不符"
            require(inside == beside, f"{' '.join(key)} {account}: {told}")


def check_manifest(books: Books) -> None:
    """The manifest is the one that manifest.sha256 names."""
    for name in (MANIFEST, MANIFEST_DIGEST):
        require(name in books.package.names(), f"{name} is missing / 缺少文件")
    with books.package.open(MANIFEST_DIGEST) as beside, books.package.open(MANIFEST) as file:
        stated, told = beside.read(CHUNK), file.read()
    right = f"{hashlib.sha256(told).hexdigest()}  {MANIFEST}\n"
    require(stated == right.encode("ascii"), "manifest.json does not match / 与摘要不符")
    books.manifest = json.loads(told.decode("utf-8"))
    require(books.manifest["format"] == FORMAT, "unknown format / 格式不明：{}".format(books.manifest["format"]))
    books.files = {entry["name"]: entry for entry in books.manifest["files"]}
    books.year, books.courts = int(books.manifest["year"]), list(books.manifest["courts"])


def check_files(books: Books) -> None:
    """Every file is there, none is changed, and none is added."""
    expected, found = {*books.files, MANIFEST, MANIFEST_DIGEST}, set(books.package.names())
    for name in sorted(expected ^ found):
        require(name in found, f"{name} is missing / 缺少文件")
        require(name in expected, f"{name} does not belong to the package / 多出文件")
    for name, entry in books.files.items():
        require(books.package.digest(name) == (entry["size"], entry["sha256"]), f"{name} was changed / 文件被改动")
    for table in books.manifest["tables"]:
        for name in ("csv/{}.csv".format(table["name"]), table["workbook"]):
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
        books.note_act(row)
    for court, chain in chains.items():
        stated = books.manifest["chains"][court]
        require((stated["length"], stated["head"]) == chain[:2], f"{court}: the chain ends elsewhere / 留痕末端不符")
    books.figures.append(f"trail entries 操作留痕 {books.entries}")


def check_registers(books: Books) -> None:
    """What the trail says was registered, paid, received or split stands in its register."""
    for event, (table, column) in ON_RECORD.items():
        found = {row[column] for row in books.rows(table)}
        for subject_id in books.acts[event]:
            require(subject_id in found, f"{table}.csv: {subject_id} is missing / 缺少留痕所记的行（{event}）")


# ------------------------------------------------------------------------------------------------ vouchers and balances
def check_vouchers(books: Books) -> None:
    """Vouchers are numbered without gap; the postings of each are lawful, add up, and are those sealed when posted."""
    accounts = {row["code"] for row in books.rows("accounts")}
    last: dict[Key, int] = defaultdict(int)  # (court, year) and (court, year, kind) -> the last number
    groups = itertools.groupby(books.rows("postings"), key=lambda row: row["voucher_id"])
    for voucher in books.rows("vouchers"):
        where = "{} {}".format(voucher["court_code"], voucher["cited"])
        series = (voucher["court_code"], voucher["year"])  # 总号 of the year and 分号 of its kind, without gap
        for key, name in ((series, "number"), ((*series, voucher["kind"]), "kind_number")):
            last[key] += 1
            due = f"{'-'.join(key[1:])} {name} {last[key]}"
            require(voucher[name] == str(last[key]), f"{where}: {due} is missing / 凭证缺号")
        cited = "{}{}{:04d}".format(voucher["year"], WORDS.get(voucher["kind"], "?"), int(voucher["kind_number"]))
        require(voucher["cited"] == cited, f"{where}: cited otherwise / 凭证号不符")
        require(voucher["court_code"] in books.courts, f"{where}: no court of this package / 法院不符")
        right = voucher["posted_on"][:4] == voucher["year"] and int(voucher["year"]) <= books.year
        require(right, f"{where}: posted in another year / 年度不符")
        require(voucher["posted_on"] >= voucher["business_date"], f"{where}: posted too early / 记账日期过早")
        two = voucher["reviewed_by"] not in (voucher["prepared_by"], voucher["cashier"])
        require(two, f"{where}: one person made and reviewed it / 制单或出纳兼审核")
        voucher_id, lines = next(groups, (None, ()))
        require(voucher_id == voucher["id"], f"{where}: its postings are missing or stand elsewhere / 分录缺失或错位")
        check_postings(books, voucher, list(lines), accounts, where)
    require(next(groups, None) is None, "postings.csv: postings without a voucher / 有无凭证的分录")
    require(not books.posted, f"vouchers of the trail are missing / 缺少留痕所记凭证：{sorted(books.posted)[:3]}")
    books.figures.append(f"vouchers 凭证 {len(books.totals)}, postings 分录 {books.postings}")


def voucher_head(voucher: Row) -> list[str]:
    """The parts of a voucher's digest that stand before its postings, by its canonical form."""
    number = "{}-{:04d}".format(voucher["year"], int(voucher["number"]))
    if voucher["form"] == "1":
        return [voucher["court_code"], number, voucher["name"], voucher["business_date"]]
    named = "cited name business_date posted_on recorded_at summary_mark attachments".split()
    parts = [voucher["form"], voucher["court_code"], number, *(voucher[name] for name in named)]
    links = (voucher[name] for name in ("ink", "reverses_id", "adjusts_id", "restates_id"))
    return [*parts, *voucher["hands"].split(" "), *links]


def check_postings(books: Books, voucher: Row, lines: list[Row], accounts: set[str], where: str) -> None:
    """The postings of one voucher; and what they move, added to everything that is recomputed."""
    parts, amounts = voucher_head(voucher), [fen(line["amount"], where) for line in lines]
    for at, (line, amount) in enumerate(zip(lines, amounts), 1):  # noqa: B905 - Python 3.8
        require(line["line"] == str(at), f"{where}: posting {at} is missing / 分录缺号")
        require(amount > 0, f"{where}: posting {at} is not above zero / 分录金额不大于零")
        require(line["debit"] != line["credit"], f"{where}: posting {at} has one account / 借贷同科目")
        require({line["debit"], line["credit"]} <= accounts, f"{where}: posting {at}: no such account / 科目不明")
        parts += [line["movement"], line["debit"], line["credit"], str(amount)]
        parts += [line["case_ref"], line["source_ref"], line["debtor_ref"]]
        books.note_posting(voucher, line, amount)
    books.note_opening(voucher, lines, where)
    digest = sealed(parts)
    require(sum(amounts) == fen(voucher["total"], where), f"{where}: the postings do not make its total / 分录合计不符")
    require(digest == voucher["digest"], f"{where}: the postings do not match its digest / 凭证校验码不符")
    require(books.posted.pop(voucher["id"], "") == digest, f"{where}: the trail says otherwise / 与留痕不符")
    books.totals[voucher["id"]] = sum(amounts)
    books.by_month[voucher["court_code"], voucher["posted_on"][:7]].append((int(voucher["number"]), digest))
    books.reversed.add(voucher["reverses_id"])  # or nothing, which is no voucher's id
    books.postings += len(lines)


def check_months(books: Books) -> None:
    """Each month's turnover and balance of each account, recomputed from the postings."""
    right: dict[Key, list[int]] = {}
    running: dict[Key, int] = defaultdict(int)
    for key, (debit, credit) in sorted(books.turnover.items()):
        running[key[:2]] += debit - credit
        right[key] = [debit, credit, running[key[:2]]]
    told = "turnover or balance / 月发生额或余额不符"
    books.compare("months", "court_code account month", "debit credit balance", right, told)


def check_trial_balance(books: Books) -> None:
    """试算平衡: opening, turnover and closing of each account; debits equal credits."""
    right = {}
    for key, net in books.balance.items():
        debit, credit = books.of_year[key]
        before = net - debit + credit
        right[key] = [max(before, 0), max(-before, 0), debit, credit, max(net, 0), max(-net, 0)]
    names = "opening_debit opening_credit debit credit closing_debit closing_credit"
    books.compare("trial_balance", "court_code account", names, right, "trial balance / 试算平衡表不符")
    for court in books.courts:
        sums = [sum(amounts[at] for key, amounts in right.items() if key[0] == court) for at in range(6)]
        require(sums[::2] == sums[1::2], f"{court}: debits are not credits / 借贷不平")
    books.figures.append(f"turnover of the year 本年发生额 {yuan(sum(amounts[2] for amounts in right.values()))}")


def check_periods(books: Books) -> None:
    """What a month held when it was closed is what it holds, as long as the closing stands; others reopened it."""
    ended = {(row["court_code"], row["month"], row["round"]): row for row in books.rows("reopenings")}
    rounds: dict[Key, int] = defaultdict(int)
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
        reopened = int(end["last_number"]) if end else sys.maxsize
        for (of, earlier), vouchers in books.by_month.items():  # it and those before it in the year were kept shut
            shut = of == court and earlier[:4] == month[:4] and earlier <= month
            for number, _digest in vouchers if shut else ():
                kept = not until < number <= reopened
                require(kept, f"{where}: number {number} was posted into it / 结账后记入凭证")
        if end:
            hands = [end[name] for name in ("requested_by", "audited_by", "agreed_by") if end[name]]
            enough = len(set(hands)) == len(hands) == (3 if month.endswith("-12") else 2)
            require(enough, f"{where}: reopened by too few / 反结账人数不足")
            told = books.periods[REOPENED, court, month]
            require(told and told.pop() == "", f"{where}: the trail knows of no reopening / 无反结账留痕")
    require(not ended, f"reopenings.csv: of no closing / 无对应结账：{sorted(ended)[:1]}")
    left = sorted(key for key, told in books.periods.items() if told)
    require(not left, f"closings or reopenings of the trail are missing / 缺少留痕所记结账：{left[:1]}")


def check_closed_years(books: Books) -> None:
    """In a closed year of own funds (B) nothing is left on income, expense and the year's result."""
    books.models = {row["code"]: row["model"] for row in books.rows("courts")}
    ended = {(row["court_code"], row["month"], row["round"]) for row in books.rows("reopenings")}
    closings = {(row["court_code"], f"{int(row['year']):04d}-12", row["round"]) for row in books.rows("closed_years")}
    closed = [court for court, month, _round in closings - ended if month == f"{books.year:04d}-12"]
    for (court, account), net in sorted(books.balance.items()):
        if court in closed and books.models[court] == "B" and (account[0] in "45" or account == "3301"):
            require(net == 0, f"{court} {account}: not carried over / 年终未结转")
    books.figures.append(f"courts closed 已年终结账法院 {len(closed)} / {len(books.courts)}")


# ------------------------------------------------------------------------------------------------ sub-ledgers
def check_openings(books: Books) -> None:
    """Imports of opening balances: two hands, sides equal, vouchers as their lines; 0000 is zero; business is later."""
    lines = books.grouped("opening_lines", "opening_id")
    for row in books.rows("openings"):
        where, court = "opening 期初导入 {}".format(row["id"]), row["court_code"]
        stands = row["status"] in ("posted", "undo_requested")
        stated: dict[Key, int] = defaultdict(int)
        for line in lines.pop(row["id"], []):
            key = (line["account"], line["case_ref"], line["source_ref"])
            stated[key] += fen(line["amount"]) * (1 if line["side"] == "debit" else -1)
        debit = sum(net for net in stated.values() if net > 0)
        credit = debit - sum(stated.values())
        require(amounts_of(row, "debit credit") == [debit, credit], f"{where}: not the sum of its lines / 合计不符")
        require(debit == credit, f"{where}: debits are not credits / 借贷不平")
        require(row["requested_by"] != row["reviewed_by"], f"{where}: one person made and reviewed it / 一人经办并复核")
        alone = row["undo_reviewed_by"] and row["undo_reviewed_by"] == row["undo_requested_by"]
        require(not alone, f"{where}: one person undid it / 一人冲销")
        posted: dict[Key, int] = defaultdict(int)
        for voucher_id, part, net in books.carried.pop(row["id"], []):
            if voucher_id not in books.reversed:
                posted[part] += net
        expected = {key: net for key, net in stated.items() if net and stands}
        require(dict(posted) == expected, f"{where}: its vouchers do not carry its lines / 凭证与明细不符")
        if stands:
            later = books.first_business.get(court, "9999") > row["day"]
            require(later, f"{where}: business is posted on or before its day / 业务早于期初")
            for (account, case, _source), net in stated.items():
                books.opened[account][court, case] += net if account[0] == "1" else -net
    require(not lines, "opening_lines.csv: lines without an import / 有无导入的期初明细")
    require(not books.carried, "opening vouchers without an import / 期初凭证没有导入登记")
    for court in books.courts:
        require(books.balance[court, CARRIES_OVER] == 0, f"{court}: 0000 is not zero / 期初过渡科目不为零")
    books.figures.append(f"opening receivables 期初应收垫付款 {yuan(sum(books.opened[RECEIVABLE].values()))}")


def check_sources(books: Books) -> None:
    """Each source's money from the postings, and all of them together the fund's bank account and cash."""
    left: dict[str, int] = defaultdict(int)
    for row in books.rows("sources"):
        received, given_back, used, recovered, opening = flows = books.flows.pop("source:" + row["id"], [0] * 5)
        balance = opening + received - given_back - used + recovered
        stated = amounts_of(row, "received given_back used recovered opening balance")
        where = "{} source 资金来源 {}".format(row["court_code"], row["name"])
        require(stated == [*flows, balance], f"{where}: does not match / 与分录不符")
        left[row["court_code"]] += balance
    require(not books.flows, f"postings of unknown sources / 来源不明：{sorted(books.flows)[:1]}")
    for court in books.courts:
        cash = left[court] - books.balance[court, FUND_BANK]
        require(0 <= cash <= books.balance[court, CASH], f"{court}: sources are not the fund / 来源合计不符")
    books.figures.append(f"fund left 资金结余 {yuan(sum(left.values()))}")


def check_advances(books: Books) -> None:
    """Each advance: paid once, recovered never beyond; 1218.01 by case is what it began with and what is out (B)."""
    paid: dict[str, int] = {}
    recovered: dict[str, int] = defaultdict(int)
    for row in books.rows("payments"):
        require(row["advance_id"] not in paid, f"payment 垫付 {row['id']}: its advance is paid twice / 重复垫付")
        paid[row["advance_id"]] = books.standing("payments", row, fen(row["amount"]))
    for row in books.rows("recoveries"):
        where, parts = "recovery 追偿 {}".format(row["id"]), amounts_of(row, "fund creditor refund")
        require(min(parts) >= 0 and sum(parts) == fen(row["amount"]), f"{where}: parts do not add up / 分配不符")
        if parts[0]:
            recovered[row["advance_id"]] += books.standing("recoveries", row, parts[0])
    outstanding = books.opened[RECEIVABLE].copy()
    for row in books.rows("advances"):
        out, back = paid.get(row["id"], 0), recovered[row["id"]]
        where = "{} advance 垫付 {}".format(row["case_number"], row["id"])
        require(out >= back, f"{where}: recovered more than was paid / 追偿超过垫付")
        require(amounts_of(row, "paid recovered outstanding") == [out, back, out - back], f"{where}: 金额不符")
        require(out in (0, fen(row["amount"])), f"{where}: paid another amount / 实付与批准不符")
        outstanding[row["court_code"], "case:" + row["case_id"]] += out - back
    books.compare_cases(RECEIVABLE, 1, {key: owed for key, owed in outstanding.items() if books.models[key[0]] == "B"})
    books.figures.append(f"advanced 垫付 {yuan(sum(paid.values()))}")
    books.figures.append(f"recovered 已追回 {yuan(sum(recovered.values()))}")
    books.figures.append(f"outstanding 未收回 {yuan(sum(paid.values()) - sum(recovered.values()))}")


def check_case_money(books: Books) -> None:
    """2901.02 by case: what the books began with and debtors paid in, less what was paid out and went to the fund."""
    held = books.opened[CASE_MONEY].copy()
    for table, name, sign in (("case_receipts", "amount", 1), ("recoveries", "fund", -1), ("payouts", "amount", -1)):
        for row in books.rows(table):
            amount = fen(row[name])
            booked = row["status"] == "confirmed" if table == "case_receipts" else row["voucher_id"]
            if amount and booked:
                held[row["court_code"], "case:" + row["case_id"]] += sign * books.standing(table, row, amount)
    for (court, case), amount in sorted(held.items()):
        require(amount >= 0, f"{court} {case}: paid out more than came in / 案款超付")
    books.compare_cases(CASE_MONEY, -1, held)
    books.figures.append(f"case money held 案款结存 {yuan(sum(held.values()))}")


def check_approvals(books: Books) -> None:
    """Nobody signs what he prepared, nor twice in one round; what was paid had at least three agreeing signatures."""
    signed = books.grouped("decisions", "subject")
    for subject in sorted({*signed, *books.signed}):
        rows = signed.get(subject, [])
        same = sorted((row["step"], row["payload_digest"]) for row in rows) == sorted(books.signed[subject])
        require(same, f"{subject}: signatures not as on the trail / 审批签署与留痕不符")
        people = {(row["round"], row["actor"]) for row in rows}
        require(len(people) == len(rows), f"{subject}: one person signed twice / 一人重复审批")
    for row in books.rows("advances"):
        rows = [one for one in signed.get("advance:" + row["id"], []) if one["round"] == row["round"]]
        where = "{} advance 垫付 {}".format(row["case_number"], row["id"])
        require(all(one["actor"] != row["prepared_by"] for one in rows), f"{where}: signed by its maker / 自办自批")
        agreed = [one for one in rows if one["outcome"] == "agreed" and one["payload_digest"] == row["payload_digest"]]
        whole = len(agreed) >= 3 and agreed == rows
        require(whole or fen(row["paid"]) == 0, f"{where}: paid without its signatures / 审批不全")
    books.figures.append(f"signatures 审批签署 {sum(len(rows) for rows in signed.values())}")


def check_batches(books: Books) -> None:
    """Each batch is the sum of its lines."""
    lines = books.grouped("batch_lines", "batch_id")
    for row in books.rows("batches"):
        own = [fen(line["amount"]) for line in lines.pop(row["id"], [])]
        right = own and (sum(own), len(own)) == (fen(row["total"]), int(row["line_count"]))
        require(right, "batch 批次 {}: not the sum of its lines / 合计不符".format(row["number"]))
    require(not lines, "batch_lines.csv: lines without a batch / 有无批次的明细")


def check_ceremonies(books: Books) -> None:
    """At a closed ceremony the cash drawn is the cash handed over and the cash brought back."""
    handed: dict[Key, int] = defaultdict(int)
    for row in books.rows("ceremony_lines"):
        if row["status"] == "paid":
            handed[row["ceremony_id"], row["source"], row["method"]] += fen(row["amount"])
    for row in books.rows("ceremonies"):
        for source, name in (("advance", "fund_cash"), ("case_money", "case_cash")):
            drawn, returned = amounts_of(row, f"{name}_drawn {name}_returned")
            balanced = row["status"] != "closed" or drawn == returned + handed[row["id"], source, "cash"]
            require(balanced, "ceremony 兑现大会 {}: cash does not balance / 现金不符".format(row["name"]))
    books.figures.append(f"handed over at ceremonies 大会发放 {yuan(sum(handed.values()))}")


def check_totals(books: Books) -> None:
    """The figures on the manifest are those recomputed."""
    right = {"vouchers": len(books.totals), "postings": books.postings, "trail_entries": books.entries}
    posted = yuan(sum(books.totals.values())).replace(",", "")
    require(books.manifest["totals"] == {**right, "posted": posted}, "manifest.json: totals / 合计不符")


CHECKS = [check_manifest, check_files, check_trail, check_registers, check_vouchers, check_months, check_trial_balance]
CHECKS += [check_periods, check_closed_years, check_openings, check_sources, check_advances, check_case_money]
CHECKS += [check_approvals, check_batches, check_ceremonies, check_totals]


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
    """Tell the figures and OK, or end with the first thing wrong. It runs unless the fund's own program imports it:
    asked the usual way round, a changed byte in "__main__" would end it without a word and with status 0."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        print(*check(Folder(os.path.dirname(os.path.abspath(__file__)))), "OK 核对无误", sep="\n")
    except Difference as difference:
        sys.exit(f"FAILED 核对不符：{difference}")


if __name__ != "fundapp.yearend.checker":
    main()
