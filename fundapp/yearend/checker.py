#!/usr/bin/env python3
"""Checks an unpacked audit package of the advance-payment fund. 核对已解压的垫付资金年度审计包。

    python check.py [FINGERPRINT | ANCHOR] …      （只需 Python 3.8 及以上版本，在本文件所在文件夹运行）

It trusts no total: it hashes every file, checks every signature, seals every act of the trail anew, holds the registers
against it, and recomputes every voucher, balance, split and sub-ledger from the postings. It prints the figures and OK,
or the first thing that is wrong, and ends with status 0 or 1. It writes nothing and asks no computer.
本程序不采信任何现成的合计数：逐个核对文件摘要和签名，重算留痕校验码，台账逐行与留痕核对，并重算每张凭证、余额、分配和明细账。
A fingerprint or anchors that came another way are told behind the command. 另行取得的密钥指纹、存证码写在命令之后。
"""

from __future__ import annotations

import csv, fnmatch, hashlib, io, itertools, json, os, re, sys  # nothing but the standard library
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    Row = dict[str, str]  # a row of a table: the text of each column
    Key = tuple[str, ...]  # what amounts are kept under, such as (court, account, month)
    Nets = dict[Key, int]  # nets under their keys
    Point = tuple[int, int, int, int]  # X, Y, Z and XY / Z on the curve of Ed25519

FORMAT, MANIFEST, SIGNATURE = "fund-audit-package/3", "manifest.json", "manifest.sig"
MANIFEST_DIGEST, SIGNED_FORM, ANCHOR_FORM = "manifest.sha256", "fund-manifest/1", "fund-anchor/1"
ANCHOR = re.compile(ANCHOR_FORM + r"\|[^|]+\|[0-9]+\|[0-9a-f]{64}\|[^|]+\|[^|]+\|[0-9a-f]{32}\|[0-9a-f]{128}")
FIRST_SEAL, CHUNK, LONGEST_CELL, AMOUNT = "0" * 64, 1 << 20, 10 << 20, re.compile(r"-?[0-9]{1,16}\.[0-9]{2}")
WORDS, BANDS = {"receipt": "收", "payment": "付", "transfer": "转"}, ("one_year", "two_years", "three_years", "older")
BANK_AND_CASH = FUND_BANK, CASH = "1002.01", "1001.01"  # the fund's own money
RECEIVABLE, CASE_MONEY, CARRIES_OVER = "1218.01", "2901.02", "0000"  # the last one is the account of openings
FLOWS = "opening received given_back used recovered other"  # of a source's money, each with its sign
SIGNS, KINDS = (1, 1, -1, -1, 1, 1), ("appropriation", "grant", "donation", "other")
FLOW_OF = {"opening_balance": 0, "advance_paid": 3, "advance_paid_in_cash": 3, "recovered": 4}  # by movement
FLOW_OF.update({f"{kind}_{way}": at for kind in KINDS for at, way in ((1, "received"), (2, "given_back"))})


class Difference(Exception):
    """The first thing that is wrong."""


def require(holds: Any, told: str) -> None:
    if not holds:
        raise Difference(told)


def sealed(parts: Iterable[str]) -> str:  # each part as its length in bytes, a colon and its bytes
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8")
        digest.update(b"%d:%b" % (len(data), data))
    return digest.hexdigest()


def fen(text: str, where: str = "amount") -> int:
    require(AMOUNT.fullmatch(text), f"{where}: “{text}”不是金额")
    return int(text.replace(".", ""))


def amounts_of(row: Row, names: str) -> list[int]:
    return [int(row[name]) if row[name].isdecimal() else fen(row[name]) for name in names.split()]


def yuan(amount: int) -> str:
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100:,}.{abs(amount) % 100:02d}"


def split(row: Row) -> list[int]:  # fund, creditor, refund; the odd fen goes to the larger remainder
    amount, out, rest = amounts_of(row, "amount outstanding_before creditor_rest_before")
    owed, shared = out + rest, min(amount, out + rest)
    if row["recovery_order"] == "pro_rata":
        fund, left = divmod(shared * out, owed or 1)
        fund += left > 0 and left >= owed - left
    else:
        fund = min(shared, out) if row["recovery_order"] == "fund_first" else shared - min(shared, rest)
    return [fund, shared - fund, amount - shared]


class Ed25519:  # signatures as RFC 8032 section 5.1 has them; points are X, Y, Z and XY / Z
    PRIME, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
    CURVE, ROOT = -121665 * pow(121666, -1, PRIME) % PRIME, pow(2, (PRIME - 1) // 4, PRIME)
    BASE = (4 * pow(5, -1, PRIME) % PRIME).to_bytes(32, "little")

    def is_signed(self, text: str, signature: bytes, key: bytes) -> bool:
        number, nonce = int.from_bytes(signature[32:], "little"), signature[:32]
        challenge = int.from_bytes(hashlib.sha512(nonce + key + text.encode()).digest(), "little") % self.ORDER
        x, y, z, product = self.point(key)
        away = self.times(challenge, (self.PRIME - x, y, z, self.PRIME - product))
        x, y, z, product = self.added(self.times(number, self.point(self.BASE)), away)
        x, y = (part * pow(z, -1, self.PRIME) % self.PRIME for part in (x, y))
        return number < self.ORDER and (y | x % 2 << 255).to_bytes(32, "little") == nonce

    def point(self, data: bytes) -> Point:
        is_odd, y = divmod(int.from_bytes(data, "little"), 2**255)
        square = (y * y - 1) * pow(self.CURVE * y * y + 1, -1, self.PRIME) % self.PRIME
        x = pow(square, (self.PRIME + 3) // 8, self.PRIME)
        x = x if x * x % self.PRIME == square else x * self.ROOT % self.PRIME
        x = x if x % 2 == is_odd else self.PRIME - x
        return x, y, 1, x * y % self.PRIME

    def added(self, p: Point, q: Point) -> Point:
        a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
        c, d = 2 * p[3] * q[3] * self.CURVE, 2 * p[2] * q[2]
        e, f, g, h = (b - a) % self.PRIME, (d - c) % self.PRIME, (d + c) % self.PRIME, (b + a) % self.PRIME
        return e * f % self.PRIME, g * h % self.PRIME, f * g % self.PRIME, e * h % self.PRIME

    def times(self, number: int, p: Point) -> Point:
        total = (0, 1, 1, 0)
        for bit in f"{number:b}":
            total = self.added(total, total)
            total = self.added(total, p) if bit == "1" else total
        return total


class Folder:  # the unpacked package
    def __init__(self, path: str) -> None:
        self.path = path

    def names(self) -> list[str]:
        found = (os.path.join(place, name) for place, _folders, files in os.walk(self.path) for name in files)
        return sorted(os.path.relpath(path, self.path).replace(os.sep, "/") for path in found)

    def open(self, name: str) -> BinaryIO:
        return open(os.path.join(self.path, *name.split("/")), "rb")

    def read(self, name: str) -> bytes:
        with self.open(name) as file:
            return file.read()

    def digest(self, name: str) -> tuple[int, str]:
        digest = hashlib.sha256()
        with self.open(name) as file:
            while data := file.read(CHUNK):
                digest.update(data)
            return file.tell(), digest.hexdigest()


def told_apart(trusted: Sequence[str]) -> tuple[list[str], list[str]]:  # as a sheet prints them
    told = [re.sub("[\\s\u200b\ufeff]", "", one) for one in trusted]
    anchors = [one for one in told if ANCHOR.fullmatch(one)]
    digits = "".join(one.lower() for one in told if one not in anchors)
    if not re.fullmatch("([0-9a-f]{32})*", digits):
        raise ValueError(f"“{digits[:60]}”既不是密钥指纹（32位）也不是存证码，请按存证单重新填写")
    return re.findall(".{32}", digits), anchors


class Books:  # what is read of the package and recomputed from it, step by step; a net is debit less credit
    def __init__(self, package: Folder, trusted: Sequence[str]) -> None:
        self.package, self.figures = package, [""][:0]
        self.fingerprints, self.anchors = told_apart(trusted)  # as they came another way
        self.acts: dict[str, list[tuple[Any, Counter[Key], Counter[Key]]]] = defaultdict(list)  # by event: see note_act
        self.posted: dict[str, tuple[str, str]] = {}  # voucher id -> its digest on the trail, and see shut
        self.shut: dict[str, list[str]] = defaultdict(list)  # court -> months that stand closed, as the trail goes on
        self.closed: dict[Key, list[str]] = defaultdict(list)  # (court, month) -> digests told at its closings
        self.totals: dict[str, tuple[int, str]] = {}  # voucher id -> total, business date
        self.reversed: set[str] = set()  # ids of vouchers undone within the package
        self.months: dict[Key, list[tuple[int, str]]] = defaultdict(list)  # (court, month) -> numbers, digests
        self.turnover: dict[Key, list[int]] = defaultdict(lambda: [0, 0])  # (court, account, month) -> debit, credit
        self.moved: dict[Key, list[int]] = defaultdict(lambda: [0, 0])  # (court, account) -> the same, of the year
        self.flows: dict[Key, list[int]] = defaultdict(lambda: [0] * 6)  # (court, source) -> its FLOWS
        self.of_year: dict[Key, list[int]] = defaultdict(lambda: [0] * 6)  # likewise, of the year alone
        self.written_off: Nets = defaultdict(int)  # (court, case) -> amount
        self.by_case: dict[str, Nets] = defaultdict(lambda: defaultdict(int))  # account -> (court, case) -> net
        self.opened: dict[str, Nets] = defaultdict(lambda: defaultdict(int))  # the same, as the books began
        self.first_business: dict[str, str] = {}  # court -> the earliest day under which business was posted
        self.claims: Nets = defaultdict(int)  # (day, claim, court, case) -> what is out of it

    def rows(self, table: str) -> Iterator[Row]:  # each with every column
        name, count = f"csv/{table}.csv", 0
        with io.TextIOWrapper(self.package.open(name), encoding="utf-8-sig", newline="") as text:
            for count, row in enumerate(csv.DictReader(text, strict=True), 1):
                require(None not in row and None not in row.values(), f"{name}第{count}行列数不符")
                yield row
        require(count == self.files[name]["rows"], f"{name}有{count}行，与清单不符")

    def grouped(self, table: str, column: str) -> dict[str, list[Row]]:
        groups: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows(table):
            groups[row[column]].append(row)
        return groups

    def compare(self, table: str, keys: str, names: str, right: Mapping[Key, list[int]], told: str) -> None:
        """A table against what was recomputed: one row for each key, and in it these amounts."""
        left = dict(right)
        for row in self.rows(table):
            key = tuple(row[name] for name in keys.split())
            require(key in left, f"{table}.csv {' '.join(key)}：无分录支持或重复")
            require(amounts_of(row, names) == left.pop(key), f"{table}.csv {' '.join(key)}：{told}")
        require(not left, f"{table}.csv缺少{sorted(left)[:1]}")

    def compare_cases(self, account: str, side: int, register: Mapping[Key, int]) -> None:  # side: 1 debit, -1 credit
        for key in sorted({*self.by_case[account], *register}):
            inside, beside = side * self.by_case[account].get(key, 0), register.get(key, 0)
            require(inside == beside, f"{' '.join(key)} {account}：科目{yuan(inside)}，台账{yuan(beside)}")

    def standing(self, table: str, row: Row, amount: int) -> int:
        """The amount of a payment or receipt whose voucher is in the package; nothing if reversed, or booked later."""
        if row["voucher"][:4] > self.year:
            return 0
        total, day = self.totals.get(row["voucher_id"], (-1, ""))
        require(total >= amount, f"{table}.csv {row['id']}：缺少凭证，或与凭证金额不符")
        require(day == row.get("business_date", row.get("paid_on")), f"{table}.csv {row['id']}：与凭证业务日期不符")
        return 0 if row["voucher_id"] in self.reversed else amount

    def is_signed(self, signed: str, key: str, signature: str) -> bool:
        is_whole = key in self.keys and re.fullmatch("[0-9a-f]{128}", signature)
        return bool(is_whole) and Ed25519().is_signed(signed, bytes.fromhex(signature), bytes.fromhex(self.keys[key]))

    def check_files(self) -> None:
        told, stated = self.package.read(MANIFEST), self.package.read(MANIFEST_DIGEST)
        require(stated == f"{hashlib.sha256(told).hexdigest()}  {MANIFEST}\n".encode(), "manifest.json与摘要不符")
        self.manifest = json.loads(told.decode("utf-8"))
        require(self.manifest["format"] == FORMAT, f"格式不明：{self.manifest['format']}")
        self.files = {entry["name"]: entry for entry in self.manifest["files"]}
        self.year, self.courts = f"{int(self.manifest['year']):04d}", list(self.manifest["courts"])
        expected, found = {*self.files, MANIFEST, MANIFEST_DIGEST, SIGNATURE}, set(self.package.names())
        require(expected == found, f"缺少文件{sorted(expected - found)[:1]}，多出文件{sorted(found - expected)[:1]}")
        for name, entry in self.files.items():
            require(self.package.digest(name) == (entry["size"], entry["sha256"]), f"文件被改动{name}")
        self.figures.append(f"files 文件 {len(expected)}")

    def check_signature(self) -> None:
        """The court's key signed this manifest; it is the key whose fingerprint came another way, if one did."""
        self.keys = {hashlib.sha256(bytes.fromhex(key)).hexdigest()[:32]: key for key in self.manifest["keys"]}
        signed, _, signature = self.package.read(SIGNATURE).decode("utf-8").rpartition("|")
        digest, key = hashlib.sha256(self.package.read(MANIFEST)).hexdigest(), signed.rpartition("|")[2]
        right = signed == f"{SIGNED_FORM}|{digest}|{key}" and signature[-1:] == "\n"
        require(right and self.is_signed(signed, key, signature[:-1]), "manifest.sig：不是法院密钥对清单的签名")
        require(key in (self.fingerprints or [key]), f"清单由密钥{key}签名，与所给指纹不符")
        self.figures.append(f"signed by 签名密钥 {key}{'' if self.fingerprints else ' (compare 请与存证单核对)'}")

    def signed_heads(self) -> dict[Key, set[str]]:  # (court, number) -> seals, of sheets outside too
        heads: dict[Key, set[str]] = defaultdict(set)
        names = "court_code length head signed_at reason key_id signature".split()
        inside = ["|".join([ANCHOR_FORM, *(row[name] for name in names)]) for row in self.rows("signed_heads")]
        for anchor in inside + self.anchors:
            form, court, length, head, _moment, _reason, key, signature = anchor.split("|")
            require(form == ANCHOR_FORM and court in self.courts, f"存证码不属于本包：{anchor}")
            require(self.is_signed(anchor.rpartition("|")[0], key, signature), f"{court}链头{length}：法院签名无效")
            heads[court, length].add(head)
        self.figures.append(f"signed heads 链头签名 {len(inside)}, anchors 存证码 {len(self.anchors)}")
        return heads

    def check_trail(self) -> None:
        """Each court's chain: no gap, every seal right, time never back, every signed head on it, its end as stated."""
        self.people = {"": "", **{row["id"]: row["username"] for row in self.rows("users")}}
        for record in self.manifest["records"]:
            self.acts[record["event"]].append((record, Counter(), Counter()))
        heads, chains = self.signed_heads(), dict.fromkeys(self.courts, (0, FIRST_SEAL, ""))
        for row in self.rows("trail"):
            court = row["court_code"]
            require(court in chains, f"留痕：{court}不是本包的法院")
            (length, head, before), where = chains[court], f"{court}留痕{row['seq']}"
            require(row["seq"] == str(length + 1), f"{where}：缺第{length + 1}条")
            require(row["previous"] == head and row["recorded_at"] >= before, f"{where}：与上一条不衔接或时间倒退")
            parts = [row[name] for name in "court_code seq recorded_at event subject actor_id facts".split()]
            require(sealed(["1", *parts, head]) == row["seal"], f"{where}：与校验码不符")
            require({row["seal"]} >= heads.pop((court, row["seq"]), set()), f"{where}：与签名时的校验码不符")
            chains[court] = (length + 1, row["seal"], row["recorded_at"])
            self.note_act(row)
        require(not heads, f"留痕末尾被截去，曾有签名：{sorted(heads)[:1]}")
        for court, (length, head, _moment) in chains.items():
            require(self.manifest["chains"][court] == {"length": length, "head": head}, f"{court}留痕末端与清单不符")
        self.figures.append(f"trail entries 操作留痕 {sum(chain[0] for chain in chains.values())}")

    def note_act(self, row: Row) -> None:  # keep acts told, and those due by the year's end (in Beijing)
        facts, shut = json.loads(row["facts"]), self.shut[row["court_code"]]
        if row["event"] in ("yearend.month.closed", "yearend.month.reopened"):
            (shut.append if row["event"] == "yearend.month.closed" else shut.remove)(facts["month"])
        if row["event"] == "ledger.voucher.posted" and facts["number"][:4] <= self.year:
            self.posted[row["subject"].split(":")[-1]] = facts["digest"], max(shut, default="")
        elif row["event"] == "yearend.month.closed" and facts["month"][:4] <= self.year:
            self.closed[row["court_code"], facts["month"]].append(facts.get("digest", ""))
        moments = {"always": "", "never": "9999", "recorded": row["recorded_at"], **facts}
        for record, told, due in self.acts[row["event"]]:
            actor = self.people.get(row["actor_id"], "?") if record["actor"] else ""
            key = (row["subject"], actor, *(facts.get(name, "").lstrip("'") for name in record["facts"]))
            told[key] += 1
            due[key] += moments[record["until"]] < f"{self.year}-12-31T16"

    def acts_in(self, record: dict[str, Any], told: Mapping[Key, int]) -> Counter[Key]:
        """The acts that a table tells of. Apostrophes before formulas do not count; in masked texts stars fit all."""
        kept: Counter[Key] = Counter()
        alike: dict[Key, list[Key]] = defaultdict(list)  # by all but the last fact, which is the masked one
        for act in told if record["is_masked"] else ():
            alike[act[:-1]].append(act)
        for row in self.rows(record["table"]):
            if all(row[name] in words for name, words in record["where"].items()):
                row.update({name: words.get(row[name], row[name]) for name, words in record["words"].items()})
                facts = (text.format(**row).lstrip("'") for text in record["facts"].values())
                act = (record["subject"].format(**row), row.get(record["actor"], ""), *facts)
                if act not in told and alike[act[:-1]]:
                    pattern = re.sub(r"([?[])", r"[\1]", act[-1])
                    fitting = [one for one in alike[act[:-1]] if fnmatch.fnmatchcase(one[-1], pattern)]
                    act = min(fitting, key=lambda one: kept[one] - told[one], default=act)
                kept[act] = 1 if record["is_split"] else kept[act] + 1
        return kept

    def check_registers(self) -> None:
        """What the trail says was done stands in its register, by whom and how it says; and the other way round."""
        for record, told, due in itertools.chain.from_iterable(self.acts.values()):
            kept, where = self.acts_in(record, told), f"{record['table']}.csv"
            for key in sorted(kept - told):
                require(False, f"{where} {key[0]}：与留痕不符（{record['event']}）")
            for key in sorted(due - kept):
                require(False, f"{where}缺少留痕所记的行{key[0]}（{record['event']}）")
        sides = {(row["case_id"], row["role"]) for row in self.rows("parties")}
        for row in self.rows("cases"):
            require({(row["id"], "creditor"), (row["id"], "debtor")} <= sides, f"{row['number']}：缺少当事人")

    def check_vouchers(self) -> None:
        """Vouchers are numbered without gap; the postings of each are lawful, add up, and are those sealed then."""
        accounts = {row["code"] for row in self.rows("accounts")}
        last: dict[Key, int] = defaultdict(int)  # (court, year) and (court, year, kind) -> the last number
        groups = itertools.groupby(self.rows("postings"), key=lambda row: row["voucher_id"])
        for voucher in self.rows("vouchers"):
            court, year, kind = voucher["court_code"], voucher["year"], voucher["kind"]
            where = f"{court} {voucher['cited']}"
            for key, name in (((court, year), "number"), ((court, year, kind), "kind_number")):
                last[key] += 1  # 总号 of the year and 分号 of its kind
                require(voucher[name] == str(last[key]), f"{where}：凭证缺号，{'-'.join(key[1:])}缺第{last[key]}号")
            require(voucher["cited"] == f"{year}{WORDS[kind]}{last[court, year, kind]:04d}", f"{where}：凭证号不符")
            require(court in self.courts and voucher["posted_on"][:4] == year <= self.year, f"{where}：法院或年度不符")
            require(voucher["posted_on"] >= voucher["business_date"], f"{where}：记账日期早于业务日期")
            hands = [voucher[name] for name in "prepared_by reviewed_by booked_by cashier".split()]
            require(hands == [self.people.get(one) for one in voucher["hands"].split(" ")], f"{where}：签署人不符")
            require(hands[1] not in (hands[0], hands[3]), f"{where}：制单或出纳兼审核")
            voucher_id, group = next(groups, (None, ()))
            require(voucher_id == voucher["id"], f"{where}：分录缺失或错位")
            self.take_postings(voucher, list(group), accounts, where)
        require(next(groups, None) is None, "postings.csv有无凭证的分录")
        require(not self.posted, f"缺少留痕所记凭证：{sorted(self.posted)[:3]}")
        self.figures.append(f"vouchers 凭证 {len(self.totals)}, postings 分录 {self.files['csv/postings.csv']['rows']}")

    def take_postings(self, voucher: Row, lines: list[Row], accounts: set[str], where: str) -> None:
        """The postings of one voucher; and what they move, added to everything that is recomputed."""
        parts, amounts = self.head_of(voucher), [fen(line["amount"], where) for line in lines]
        court, day = voucher["court_code"], voucher["posted_on"]
        for at, (line, amount) in enumerate(zip(lines, amounts), 1):  # noqa: B905 - Python 3.8
            require(line["line"] == str(at) and amount > 0, f"{where}：缺第{at}笔分录，或其金额不大于零")
            sides = {line["debit"], line["credit"]}
            require(len(sides) == 2 and sides <= accounts, f"{where}：第{at}笔分录科目不明或借贷同科目")
            require((CARRIES_OVER in sides) is (line["movement"] == "opening_balance"), f"{where}：误用期初过渡科目")
            if CARRIES_OVER not in sides:
                self.first_business[court] = min(day, self.first_business.get(court, day))
            parts += [line["movement"], line["debit"], line["credit"], str(amount)]
            parts += [line["case_ref"], line["source_ref"], line["debtor_ref"]]
            self.note_posting(voucher, line, amount)
        digest, total = sealed(parts), sum(amounts)
        require(total == fen(voucher["total"], where), f"{where}：分录合计不符")
        require(digest == voucher["digest"], f"{where}：与凭证校验码不符")
        told, shut = self.posted.pop(voucher["id"], ("", ""))
        require(told == digest, f"{where}：与留痕不符")
        require(day[:7] > shut, f"{where}：{shut}结账后又记入该月或以前月份")
        self.totals[voucher["id"]] = total, voucher["business_date"]
        self.months[court, day[:7]].append((int(voucher["number"]), digest))
        self.reversed.add(voucher["reverses_id"])  # or nothing, which is no voucher's id

    def head_of(self, voucher: Row) -> list[str]:  # what stands in its digest before its postings
        number = f"{voucher['year']}-{int(voucher['number']):04d}"
        if voucher["form"] == "1":
            return [voucher["court_code"], number, voucher["name"], voucher["business_date"]]
        named = "cited name business_date posted_on recorded_at summary_mark attachments".split()
        parts = [voucher["form"], voucher["court_code"], number, *(voucher[name] for name in named)]
        links = (voucher[name] for name in ("ink", "reverses_id", "adjusts_id", "restates_id"))
        return [*parts, *voucher["hands"].split(" "), *links]

    def note_posting(self, voucher: Row, line: Row, amount: int) -> None:  # red ink is deducted
        court, month, case = voucher["court_code"], voucher["posted_on"][:7], line["case_ref"]
        is_red, stood = voucher["ink"] == "red", line["movement"] == "opening_balance"  # but for income and expense
        stood = (stood and {line["debit"][0], line["credit"][0]}.isdisjoint("45")) or month[:4] != self.year
        for account, column, net in ((line["debit"], is_red, amount), (line["credit"], not is_red, -amount)):
            self.turnover[court, account, month][column] += -amount if is_red else amount
            self.moved[court, account][column] += 0 if stood else -amount if is_red else amount
            if case and line["movement"] != "written_off":  # what is written off is owed as before
                self.by_case[account][court, case] += net
            elif case and account == RECEIVABLE:
                self.written_off[court, case] -= net
        enters, leaves = line["debit"] in BANK_AND_CASH, line["credit"] in BANK_AND_CASH
        if enters != leaves:
            at, key = FLOW_OF.get(line["movement"], 5), (court, line["source_ref"][7:])
            self.flows[key][at] += SIGNS[at] * (amount if enters else -amount)
            self.of_year[key][at] += SIGNS[at] * (amount if enters else -amount) if month[:4] == self.year else 0

    def check_balances(self) -> None:
        """Turnover and balance of each account and month, and the trial balance; every posting is in both its sides."""
        months: dict[Key, list[int]] = {}
        self.balance: Nets = defaultdict(int)  # (court, account) -> net
        for (court, account, month), (debit, credit) in sorted(self.turnover.items()):
            self.balance[court, account] += debit - credit
            months[court, account, month] = [debit, credit, self.balance[court, account]]
        self.compare("months", "court_code account month", "debit credit balance", months, "月发生额或余额不符")
        trial = {}
        for key, net in self.balance.items():
            before = net - self.moved[key][0] + self.moved[key][1]
            trial[key] = [max(before, 0), max(-before, 0), *self.moved[key], max(net, 0), max(-net, 0)]
        names = "opening_debit opening_credit debit credit closing_debit closing_credit"
        self.compare("trial_balance", "court_code account", names, trial, "试算平衡表不符")
        self.figures.append(f"turnover of the year 本年发生额 {yuan(sum(amounts[2] for amounts in trial.values()))}")

    def check_periods(self) -> None:
        """A month holds what it held when closed, until several reopen it; a closed year leaves no result (B)."""
        ended = {(row["court_code"], row["month"], row["round"]): row for row in self.rows("reopenings")}
        closings = {(row["court_code"], f"{row['year']}-12", row["round"]): row for row in self.rows("closed_years")}
        require(all(row["prepared_by"] != row["closed_by"] for row in closings.values()), "年终结账由一人申请并批准")
        closed = {court for court, month, _round in closings.keys() - ended if month == f"{self.year}-12"}
        rounds: dict[Key, int] = defaultdict(int)
        for row in self.rows("closed_months"):
            court, month, until = row["court_code"], row["month"], int(row["last_number"])
            where = f"{court} {month} 第{row['round']}次结账"
            rounds[court, month] += 1
            require(row["round"] == str(rounds[court, month]), f"{where}：缺少前一次结账")
            held = [digest for number, digest in self.months[court, month] if number <= until]
            require((str(len(held)), sealed(held)) == (row["vouchers"], row["digest"]), f"{where}：结账时的凭证不符")
            require((self.closed[court, month] or ["?"]).pop(0) in ("", row["digest"]), f"{where}：与留痕不符")
            end = ended.pop((court, month, row["round"]), None)
            reopened = int(end["last_number"]) if end else sys.maxsize
            require(not any(until < n <= reopened for n, _ in self.months[court, month]), f"{where}：结账后又记入凭证")
            if end:
                hands = {end["requested_by"], end["audited_by"], end["agreed_by"]}
                require(len(hands - {""}) == (3 if month.endswith("-12") else 2), f"{where}：反结账人数不足")
        require(not ended, f"反结账无对应结账：{sorted(ended)[:1]}")
        require(not any(self.closed.values()), "缺少留痕所记结账")
        self.models = {row["code"]: row["model"] for row in self.rows("courts")}
        for (court, account), net in sorted(self.balance.items()):
            is_result = self.models[court] == "B" and (account[0] in "45" or account == "3301")
            require(net == 0 or court not in closed or not is_result, f"{court} {account}：年终未结转")
        self.figures.append(f"courts closed 已年终结账法院 {len(closed)} / {len(self.courts)}")

    def check_openings(self) -> None:
        """Imports of opening balances: two hands; all business is later. Their vouchers are their lines by a tie."""
        stand = {row["id"]: row for row in self.rows("openings") if row["status"] in ("posted", "undo_requested")}
        for row in self.rows("openings"):
            for one, other in (("requested_by", "reviewed_by"), ("undo_requested_by", "undo_reviewed_by")):
                require(not row[other] or row[one] != row[other], f"期初导入{row['id']}：一人经办并复核")
            first = self.first_business.get(row["court_code"], "9999") if row["id"] in stand else "9999"
            require(first > row["day"], f"期初导入{row['id']}：业务早于期初")
        carried: set[Key] = set()
        for line in self.rows("opening_lines"):
            opening, amount = stand.get(line["opening_id"]), fen(line["amount"])
            require((line["stands"] == "1") is bool(opening), f"期初明细{line['opening_id']}：状态不符")
            account, key = line["account"], (line["court_code"], line["case_ref"])
            if opening and amount:
                whole = (account, *key, line["source_ref"])
                require(whole not in carried, f"期初导入{line['opening_id']}：余额已由前次导入带入")
                carried.add(whole)
                self.opened[account][key] += amount
                self.claims[(opening["day"], key[1], *key)] += amount if account == RECEIVABLE else 0
        for court in self.courts:
            require(self.balance[court, CARRIES_OVER] == 0, f"{court}：期初过渡科目不为零")
        self.figures.append(f"opening receivables 期初应收垫付款 {yuan(sum(self.opened[RECEIVABLE].values()))}")

    def check_sources(self) -> None:
        """Each source's money from the postings, and all of them together the fund's bank account and cash."""
        left = dict.fromkeys(self.courts, 0)
        for row in self.rows("sources"):
            flows = self.flows.pop((row["court_code"], row["id"]), [0] * 6)
            balance = sum(sign * amount for sign, amount in zip(SIGNS, flows))  # noqa: B905 - Python 3.8
            require(amounts_of(row, f"{FLOWS} balance") == [*flows, balance], f"资金来源{row['name']}：与分录不符")
            left[row["court_code"]] += balance
        require(not any(source for _court, source in self.flows), f"来源不明：{sorted(self.flows)[-1:]}")
        names = "received returned advanced recovered other"
        stated = {(row["court_code"], row["source_id"]) for row in self.rows("statement_sources")}
        flows_of_year: dict[Key, list[int]] = {key: self.of_year[key][1:] for key in stated | {*self.of_year}}
        self.compare("statement_sources", "court_code source_id", names, flows_of_year, "与分录不符")
        for row in self.rows("fund_receipts"):
            if row["status"] == "confirmed":
                self.standing("fund_receipts", row, fen(row["amount"]))
        for court in self.courts:
            bank, cash = self.balance[court, FUND_BANK], self.balance[court, CASH]
            require(bank <= left[court] <= bank + cash, f"{court}：来源合计与资金不符")
        self.figures.append(f"fund left 资金结余 {yuan(sum(left.values()))}")

    def check_advances(self) -> None:
        """Each advance: paid once, each receipt split in its order; 1218.01 by case is what is out (own funds only)."""
        payments = {row["advance_id"]: row for row in self.rows("payments")}
        require(len(payments) == self.files["csv/payments.csv"]["rows"], "有垫付重复付款")
        paid = {at: self.standing("payments", row, fen(row["amount"])) for at, row in payments.items()}
        back: dict[str, int] = defaultdict(int)
        for row in self.rows("recoveries"):
            where, parts = f"追偿分配{row['id']}", amounts_of(row, "fund creditor refund")
            require(parts == split(row), f"{where}：分配与次序不符")
            due = paid.get(row["advance_id"], 0) - back[row["advance_id"]]
            require(fen(row["outstanding_before"]) == due, f"{where}：分配前未收回不符")
            back[row["advance_id"]] += self.standing("recoveries", row, parts[0]) if parts[0] else 0
        outstanding = self.opened[RECEIVABLE].copy()
        for row in self.rows("advances"):
            out, recovered, where = paid.get(row["id"], 0), back[row["id"]], f"{row['case_number']} 垫付{row['id']}"
            require(out >= recovered, f"{where}：追偿超过垫付")
            left = [out, recovered, out - recovered]
            require(amounts_of(row, "paid recovered outstanding") == left, f"{where}：垫付或追回金额不符")
            require(out in (0, fen(row["amount"])), f"{where}：实付与批准不符")
            court, case = row["court_code"], f"case:{row['case_id']}"
            outstanding[court, case] += left[2]
            self.claims[payments.get(row["id"], {}).get("paid_on", ""), f"advance:{row['id']}", court, case] = left[2]
        self.compare_cases(RECEIVABLE, 1, {key: out for key, out in outstanding.items() if self.models[key[0]] == "B"})
        self.compare_ages()
        out, got = sum(paid.values()), sum(back.values())
        for told, amount in (("advanced 垫付", out), ("recovered 已追回", got), ("outstanding 未收回", out - got)):
            self.figures.append(f"{told} {yuan(amount)}")

    def compare_ages(self) -> None:
        """What is out by its age on December 31; what was written off of a case is taken off its oldest claims."""
        bands: dict[Key, list[int]] = {(court, band): [0, 0] for court in self.courts for band in BANDS}
        for (day, _claim, court, case), amount in sorted(self.claims.items()):
            taken = min(self.written_off[court, case], amount)
            self.written_off[court, case] -= taken
            band = bands[court, BANDS[sum(day < f"{int(self.year) - years}-12-31" for years in (1, 2, 3))]]
            band[:] = [band[0] + (amount > taken), band[1] + amount - taken]
        self.compare("statement_ageing", "court_code band", "count amount", bands, "账龄与垫付、追偿不符")

    def check_case_money(self) -> None:
        """2901.02 by case: what there was and came in, less what went out and to the fund; never below zero."""
        held = self.opened[CASE_MONEY].copy()
        for table, of, sign in (("case_receipts", "amount", 1), ("recoveries", "fund", -1), ("payouts", "amount", -1)):
            for row in self.rows(table):
                if row["voucher_id"] and fen(row[of]):
                    held[row["court_code"], f"case:{row['case_id']}"] += sign * self.standing(table, row, fen(row[of]))
        for (court, case), amount in sorted(held.items()):
            require(amount >= 0, f"{court} {case}：案款超付")
        self.compare_cases(CASE_MONEY, -1, held)
        self.figures.append(f"case money held 案款结存 {yuan(sum(held.values()))}")

    def check_approvals(self) -> None:
        """Nobody signs what he prepared, nor twice in one round; what was paid had at least three that agreed."""
        signed = self.grouped("decisions", "subject")
        for subject, rows in sorted(signed.items()):
            require(len({(row["round"], row["actor"]) for row in rows}) == len(rows), f"{subject}：一人重复审批")
        for row in self.rows("advances"):
            rows = [one for one in signed.get(f"advance:{row['id']}", []) if one["round"] == row["round"]]
            where, wanted = f"{row['case_number']} 垫付{row['id']}", ("agreed", row["payload_digest"])
            require(all(one["actor"] != row["prepared_by"] for one in rows), f"{where}：自办自批")
            right = len(rows) >= 3 and all((one["outcome"], one["payload_digest"]) == wanted for one in rows)
            require(right or fen(row["paid"]) == 0, f"{where}：审批不全")
        self.figures.append(f"signatures 审批签署 {sum(len(rows) for rows in signed.values())}")

    def check_samples(self) -> None:
        """A sample is what was sealed when it was drawn: plan, seed, population, items; a finding what was written."""
        items = self.grouped("sample_items", "sample_id")
        for row in self.rows("samples"):
            plan = {"size": "size", "interval": "interval_amount", "bounds": "bounds", "sizes": "sizes"}
            told = [row["method"], *(f"{name}={row[column]}" for name, column in plan.items() if row[column])]
            drawn = [item[name] for item in items.pop(row["id"], []) for name in ("record", "amount")]
            digest = sealed([" ".join(told), row["seed"], row["population_digest"], *drawn])
            require(digest == row["digest"], f"样本{row['id']}：与抽取时的校验码不符")
        require(not items, "有无样本的样本记录")
        for table, names in (("findings", "title description rule"), ("finding_steps", "text")):
            for row in self.rows(table):
                told = [row[name].lstrip("'") for name in names.split()]
                is_masked = self.manifest["personal_data"] == "masked" and "*" in "".join(told)
                require(is_masked or sealed(told) == row["digest"], f"{table}.csv：与内容校验码不符 {told[0][:40]}")

    def sums(self, terms: list[dict[str, Any]]) -> dict[Key, int]:  # only rows that hold certain words
        found: dict[Key, int] = defaultdict(int)
        for term in terms:
            for row in self.rows(term["table"]):
                if all(row[name] in words for name, words in term["where"].items()):
                    amount = amounts_of(row, term["amount"])[0] if term["amount"] else 1  # or a number of rows
                    found[tuple(row[name] for name in term["by"])] += term["sign"] * amount
        return found

    def check_ties(self) -> None:  # sums that must agree, as the manifest lists them
        for tie in self.manifest["ties"]:
            left, right = self.sums(tie["left"]), self.sums(tie["right"])
            for key in sorted(key for key in {*left, *right} if any(key)):
                told = f"{tie['told']}不符 {' '.join(key)}：{yuan(left[key])}，{yuan(right[key])}"
                require(left[key] == right[key], told)
        self.figures.append(f"ties 表间勾稽 {len(self.manifest['ties'])}, acts 事项 {len(self.manifest['records'])}")


def check(package: Folder, trusted: Sequence[str] = ()) -> list[str]:  # or Difference is raised
    csv.field_size_limit(LONGEST_CELL)
    books = Books(package, trusted)
    for step in [name for name in vars(Books) if name.startswith("check_")]:
        try:
            getattr(books, step)()
        except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError, csv.Error) as broken:
            raise Difference(f"{step}：无法读取：{broken!r}") from broken
    return books.figures


def main() -> None:
    """Tell the figures and OK, or end with the first thing wrong. It runs unless the fund's own program imports it:
    asked the usual way round, a changed byte in "__main__" would end it without a word and with status 0."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        figures = check(Folder(os.path.dirname(os.path.abspath(__file__))), sys.argv[1:])
        print(*figures, "OK 核对无误", sep="\n")
    except ValueError as mistyped:  # nothing that a sheet says
        sys.exit(f"NOT CHECKED 未作核对：{mistyped}")
    except Difference as difference:
        sys.exit(f"FAILED 核对不符：{difference}")


if __name__ != "fundapp.yearend.checker":
    main()
