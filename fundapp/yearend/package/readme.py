"""What the README of a package says: how to check it, what each file and each column means, in Chinese and English."""

from collections.abc import Sequence

from fundapp.core.tables import TABLES, Scope
from fundapp.core.templating import LABELS
from fundapp.yearend.standards import FILES

MASKED = (
    "当事人姓名、证件号码、电话、账号在各表的相应栏目中均已脱敏。凭证摘要、理由、意见、说明、备注和文件名等文字中，",
    "所涉案件当事人的姓名，以及按格式识别的证件号码、电话、账号也已脱敏；其中写到的其他人、别名无法识别，仍照原样。",
    "操作留痕（csv/trail.csv、xlsx/trail.xlsx）的要素已经封存，改动一字即不能核对，因此照原样列示、不作脱敏：",
    "经办人在意见、理由中写有姓名的，会出现在那里。请只向有权查阅的人提供本包。",
    "Names of persons, identity numbers, telephones and accounts are masked in their columns; in summaries, reasons,",
    "opinions, notes and file names too, as far as they are of the parties of the case concerned, or numbers of that",
    "form. Somebody else whom a writer named, or a nickname, stays. The facts of the trail (trail.csv, trail.xlsx) are",
    "sealed and stand word for word: a name that somebody wrote into an opinion or a reason can be read there.",
)
UNMASKED = (
    "本包未脱敏：含当事人姓名、证件号码、电话、账号全文。请按涉密载体保管，用毕按规定销毁；导出人和理由已留痕。",
    "This package is not masked: it names persons whole, with identity numbers, telephones and accounts. Keep it",
    "locked away and destroy it after use; who exported it and why stands on the trail.",
)


def readme(scope: Scope) -> bytes:
    """What each file and each column means, in Chinese and English."""
    lines = [*_introduction(scope), ""]
    lines += [f"{file.path}  ·  {file.title}" for file in FILES]
    for table in TABLES:
        lines += ["", f"csv/{table.name}.csv  ·  {table.title}  (xlsx/{table.workbook}.xlsx)"]
        lines += [f"  {table.told}。", f"  {table.meaning}."]
        for column in table.columns:
            told = f"（{column.told}）" if column.told else ""
            lines.append(f"    {column.key}  ·  {column.header}{told}  ·  {column.meaning}")
            lines += [f"        {word.value}  ·  {LABELS.get(word, word.value)}" for word in column.words or ()]
    return ("\r\n".join(lines) + "\r\n").encode("utf-8-sig")


def _introduction(scope: Scope) -> Sequence[str]:
    return (
        f"执行垫付资金审计包  {scope.year}年度",
        f"Audit package of the enforcement advance-payment fund, {scope.year}",
        f"法院 courts: {'、'.join(scope.court_codes)}",
        "",
        "怎样核对：解压后在本文件夹运行 python check.py 密钥指纹（只需 Python 3.8 及以上版本，不联网，不写文件）。",
        "密钥指纹和存证码请取自法院另行交给您的存证单，不要取自本包。",
        "How to check: unpack, and in this folder run  python check.py FINGERPRINT  (Python 3.8 or later; no network).",
        "Take the fingerprint of the court's key, and anchors, from an anchor sheet that came to you another way.",
        "最后一行为“OK 核对无误”即通过；否则显示第一处不符。请勿在本文件夹内增加、修改文件，另存一份再打开表格。",
        "Its last line is OK, or it names the first thing that is wrong. Open copies of the tables, not these files:",
        "a file that was saved again or added is found to be changed.",
        "",
        "csv/    供程序使用：UTF-8（带标记）、逗号分隔；金额以元计、两位小数；时间为世界协调时（北京时间减八小时）。",
        "        For programs: UTF-8 with its mark, RFC 4180; amounts in yuan with two places; moments in UTC.",
        "xlsx/   供阅读：同样的内容，时间为北京时间。    For people: the same content, moments in Beijing time.",
        "凭证和分录包括以前年度（业务日期不晚于本年12月31日），因此期初余额也可逐笔重算；台账按导出时的状态列示。",
        "Vouchers and postings of earlier years are included, so that opening balances can be recomputed; registers",
        "stand as they did when the package was made. The trail of acts begins with the first act.",
        *(UNMASKED if scope.is_unmasked else MASKED),
        "以 = + - @ 等开头的文字前加有单引号，以免被电子表格当作公式。    Text that a spreadsheet could take for a",
        "formula begins with an apostrophe.",
        "",
        "statements/      各院年度报表：PDF供签字归档，XLSX供阅读，均列上年数；xlsx/statements.xlsx是供核对的同一数字",
        "                 the year's statements of each court with the year before: to be signed and kept (PDF), to be",
        "                 read (XLSX); xlsx/statements.xlsx has the same figures for the checker, by ids",
        "GB-T-24589/  ISO-21378/  journal.*    同一账簿的其他格式，逐个列于下；含多个法院的，各在其代字文件夹内。",
        "        The same books in the forms of others, listed below; of several courts, each in a folder of its code.",
        "manifest.json    每个文件的 SHA-256、大小、行数，各法院操作留痕的条数和末端校验码，合计数",
        "                 SHA-256, size and rows of every file, length and head of each court's chain, totals",
        "manifest.sha256  上述清单的 SHA-256    SHA-256 of the manifest",
        "manifest.sig     法院密钥对清单的签名；密钥指纹印在存证单上",
        "                 the court's signature of the manifest; its anchor sheets name the key's fingerprint",
        "README.txt       本文件    this file",
        "check.py         核对程序    the checker",
        "docs/audit-package.md    格式说明（英文）：校验码、签名和存证码怎样计算，国家标准和国际标准文件怎样对应",
        "                 how seals, signatures and anchors are computed, and how the forms of others are filled",
    )
