"""Printed papers: what stands on them, and that what users typed stays text."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pylopdf_fonts_zh_cn
import pypdfium2
import pytest
import typst
from flask import Flask

from fundapp.core import documents
from fundapp.core.config import Settings

VOUCHER = {
    "court": "岳阳市岳阳楼区人民法院",
    "title": "付款凭证",
    "number": "付字第0012号",
    "total_number": "总第0031号",
    "date": "2018年10月22日",
    "period": "2018年10月",
    "business_date": "",
    "recorded_at": "2018-10-22 15:40",
    "summary": "垫付（2018）湘0602执123号",
    "notes": [],
    "lines": [
        ["1218.01 应收垫付款", "（2018）湘0602执123号 财政拨款 张三", "16,409.02", ""],
        ["1002.01 银行存款", "（2018）湘0602执123号 财政拨款 张三", "", "16,409.02"],
    ],
    "debit_total": "16,409.02",
    "credit_total": "16,409.02",
    "capitals": "壹万陆仟肆佰零玖元零贰分",
    "attachments": 6,
    "prepared_by": "王会计",
    "reviewed_by": "李复核",
    "booked_by": "王会计",
    "cashier": "陈出纳",
}
APPROVAL = {
    "court": "岳阳市岳阳楼区人民法院",
    "number": "垫2018-0017",
    "date": "2018年10月22日",
    "facts": [["执行案号", "（2018）湘0602执123号"], ["申请执行人", "张三"], ["收款账户", "6222 **** **** 0000"]],
    "amount": "16,409.02",
    "capitals": "壹万陆仟肆佰零玖元零贰分",
    "criteria": [
        {"criterion": "执行标的不超过2万元", "finding": "18,000.00元", "verdict": "符合", "evidence": "民事判决书"}
    ],
    "opinions": [
        {
            "post": "执行局长",
            "opinion": "情况属实",
            "outcome": "同意",
            "name": "钱局长",
            "signed_at": "2018-10-22 15:40",
        },
        {"post": "院长", "opinion": "", "outcome": "", "name": "", "signed_at": ""},
    ],
    "basis": "《执行垫付资金管理办法》第六条",
}


def a_roster(payees: int) -> dict:
    row = {
        "case_number": "（2018）湘0602执123号",
        "payee": "李䶮",
        "id_masked": "4306**********0012",
        "amount": "16,409.02",
        "method": "转账",
        "account": "尾号0000",
        "signed_in": "09:12",
        "remark": "",
    }
    return {
        "court": "岳阳市中级人民法院",
        "number": "FF2018-03",
        "ceremony": "第三次执行兑现大会",
        "date": "2018年11月11日",
        "place": "审判大楼前广场",
        "host": "孙副院长",
        "rows": [row | {"remark": f"第{n}位"} for n in range(1, payees + 1)],
        "methods": [["转账", payees, "377,407.46"]],
        "count": payees,
        "amount": "377,407.46",
        "capitals": "叁拾柒万柒仟肆佰零柒元肆角陆分",
        "staff": ["周书记员", "吴法警"],
        "witnesses": [{"name": "郑某", "capacity": "人大代表"}, {"name": "", "capacity": ""}],
    }


@contextmanager
def printing(*, font_dir: Path | None = None) -> Iterator[None]:
    """An application that knows nothing but where the court's own fonts lie."""
    app = Flask(__name__)
    settings = Settings.for_tests(instance=Path(app.root_path), database_url="sqlite://")
    app.config["SETTINGS"] = replace(settings, font_dir=font_dir)
    with app.app_context():
        yield


@pytest.fixture(autouse=True)
def _plainly() -> Iterator[None]:
    with printing():
        yield


def pages(paper: bytes) -> list[str]:
    """The text of each page as a reader would copy it, line ends left out."""
    document = pypdfium2.PdfDocument(paper)
    try:
        return [page.get_textpage().get_text_range().replace("\r\n", "") for page in document]
    finally:
        document.close()


def test_a_voucher_says_all_that_the_accounting_rules_ask():
    paper = documents.pdf("voucher", VOUCHER)
    (text,) = pages(paper)
    for said in (
        "付款凭证",
        "核算单位：岳阳市岳阳楼区人民法院",
        "2018年10月22日",
        "付字第0012号",
        "总第0031号",
        "会计期间：2018年10月",
        "登记时间：2018-10-22 15:40",
        "1218.01 应收垫付款",
        "（2018）湘0602执123号 财政拨款 张三",
        "人民币壹万陆仟肆佰零玖元零贰分",
        "￥16,409.02",
        "附件6张",
        "会计主管：",
        "制单： 王会计",
        "审核： 李复核",
        "出纳： 陈出纳",
        "第 1 页 共 1 页",
    ):
        assert said in text
    assert "业务日期" not in text and "1/1" not in text


def test_a_red_voucher_and_its_links_are_told():
    changes = {"business_date": "2018年9月30日", "notes": ["注销2018付0009号凭证"], "debit_total": "-16,409.02"}
    (text,) = pages(documents.pdf("voucher", VOUCHER | changes))
    for said in ("业务日期：2018年9月30日", "注销2018付0009号凭证", "￥-16,409.02"):
        assert said in text


def test_a_voucher_is_240_by_140_millimetres():
    document = pypdfium2.PdfDocument(documents.pdf("voucher", VOUCHER))
    width, height = document[0].get_size()
    document.close()
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (240, 140)


def test_a_long_voucher_goes_on_under_the_same_number_and_ends_with_its_total():
    first, second = pages(documents.pdf("voucher", VOUCHER | {"lines": VOUCHER["lines"] * 4}))
    assert "付字第0012号　1/2" in first and "合计见本号末张" in first and "￥" not in first
    assert "付字第0012号　2/2" in second and "￥16,409.02" in second
    assert all("摘要 会计科目" in sheet and "王会计" in sheet for sheet in (first, second))


def test_the_longest_summary_stays_on_its_sheet():
    (text,) = pages(documents.pdf("voucher", VOUCHER | {"summary": "长" * 300}))
    assert text.count("长") == 300 and "王会计" in text


def a_book(vouchers: int, months: int = 1) -> dict:
    month = {
        "kinds": [["付款凭证", "付字第0001—0012号", "12", "12", "72", "196,908.24"]],
        "total": ["12", "12", "72", "196,908.24"],
        "vouchers": [VOUCHER | {"number": f"付字第{n:04d}号"} for n in range(1, vouchers + 1)],
    }
    return {
        "court": "岳阳市岳阳楼区人民法院",
        "period": "2018年",
        "bound_by": "王会计",
        "bound_at": "2018年11月1日",
        "months": [month | {"month": f"2018年{9 + n}月"} for n in range(1, months + 1)],
    }


def test_a_book_of_vouchers_has_covers_and_is_the_same_from_a_process_of_its_own():
    book = a_book(3, months=2)
    here, apart = pages(documents.pdf("voucher_book", book)), pages(documents.book("voucher_book", book))
    assert here == apart and len(here) == 8
    for month, (cover, *sheets) in (("2018年10月", here[:4]), ("2018年11月", here[4:])):
        assert "记账凭证封面" in cover and "付字第0001—0012号 12 12 72 196,908.24" in cover and month in cover
        assert "装订人： 王会计" in cover
        assert all(f"付字第{n:04d}号" in sheet for n, sheet in enumerate(sheets, 1))


def test_a_book_that_cannot_be_set_says_why():
    with pytest.raises(RuntimeError, match="court"):
        documents.book("voucher_book", {key: value for key, value in a_book(1).items() if key != "court"})


def test_an_approval_form_carries_facts_findings_and_signatures():
    text = "".join(pages(documents.pdf("approval", APPROVAL)))
    for said in (
        "执行案件垫付资金审批表",
        "编号：垫2018-0017",
        "收款账户 6222 **** **** 0000",
        "人民币壹万陆仟肆佰零玖元零贰分",
        "执行标的不超过2万元",
        "符合",
        "同意。情况属实",
        "签名： 钱局长",
        "2018-10-22 15:40",
        "依据：《执行垫付资金管理办法》第六条",
    ):
        assert said in text


def test_a_roster_lists_every_payee_and_is_signed_for_as_a_whole():
    sheets = pages(documents.pdf("roster", a_roster(23)))
    text = "".join(sheets)
    assert len(sheets) > 1
    assert all("领款人签名（捺印）" in sheet for sheet in sheets)
    assert all(f"第{n}位" in text for n in range(1, 24))
    for said in (
        "李䶮",
        "主持人 孙副院长",
        "合计（共23人次） 377,407.46 人民币叁拾柒万柒仟肆佰零柒元肆角陆分",
        "本册第1至23号共23人次、377,407.46元（转账23人次377,407.46元）",
        "发放人： 周书记员",
        "发放人： 吴法警",
        "见证人（人大代表）： 郑某",
    ):
        assert said in text


@pytest.mark.parametrize("typed", ['#panic("x") *b* _i_ @ref $x$ `c` [l] // \\ <t>', "= 标题", "- 项", "/ 甲: 乙"])
def test_what_users_typed_is_printed_and_never_run(typed):
    text = "".join(pages(documents.pdf("approval", APPROVAL | {"facts": [["案由", typed]]})))
    assert typed in text


def test_the_paper_claims_the_archive_standard_and_equal_data_make_equal_bytes():
    paper = documents.pdf("voucher", VOUCHER)
    assert b"<pdfaid:part>2</pdfaid:part>" in paper
    assert paper == documents.pdf("voucher", VOUCHER)
    assert paper != documents.pdf("voucher", VOUCHER | {"attachments": 7})


def test_characters_without_a_glyph_are_marked_on_the_paper():
    facts = [["申请执行人", '王𧒽\x07 "引"'], ["法定代理人", "𧒽"]]
    paper = documents.pdf("approval", APPROVAL | {"facts": facts})
    assert b"pdfaid" not in paper
    assert "字库缺字 U+274BD、U+0007，请手工补写" in "".join(pages(paper))


def test_another_mistake_in_a_paper_is_not_taken_for_a_missing_glyph():
    with pytest.raises(typst.TypstError, match="court"):
        documents.pdf("voucher", {key: value for key, value in VOUCHER.items() if key != "court"})


def test_the_court_s_own_fonts_are_found(tmp_path):
    shutil.copy(pylopdf_fonts_zh_cn.sans_path(), tmp_path / "own.otf")
    with printing(font_dir=tmp_path):
        assert "张三" in pages(documents.pdf("voucher", VOUCHER))[0]
    own = documents._fonts(tmp_path)
    assert str(tmp_path / "own.otf") in {font.path for font in own.fonts()}


def test_the_packaged_fonts_are_the_ones_that_were_looked_at():
    seals = [
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (pylopdf_fonts_zh_cn.serif_path(), pylopdf_fonts_zh_cn.sans_path())
    ]
    assert seals == [
        "e8f396decc1f0963a016a989c3d8852e863d1350996f573860a80767c83a1cd3",
        "faa6c9df652116dde789d351359f3d7e5d2285a2b2a1f04a2d7244df706d5ea9",
    ]
