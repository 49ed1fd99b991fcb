"""GB/T 24589.1-2010 as far as the package follows it: which elements stand below the root, in which order, which fields
they have in which order, what may stand in them, and which they must have.

Written from the standard's tables T101 to T112 and T201 to T209 and its data elements 0101xx to 0209xx, apart from the
writers. ``C..n`` is up to n characters, ``Cn`` exactly n, ``I..n`` a whole number of up to n digits, ``Dn.m`` a decimal
of n digits with m places; a mark of obligation stands behind.
"""

import re
from collections.abc import Iterator

from lxml import etree

NAMESPACE = "http://sxbw.audit.gov.cn/AccountingSoftwareDataInterfaceStandard/2010/SOE/XMLSchema"
Fields = dict[str, str]


def fields(text: str) -> Fields:
    """``name form`` or ``name form!`` (obligatory), one on each line."""
    return dict(line.split() for line in text.strip().splitlines())


SEGMENTS = "\n".join(f"辅助项{n}编号 C..60" for n in range(1, 31))

ARCHIVE: dict[str, Fields] = {
    "电子账簿": fields("""
        电子账簿编号 C..60!
        电子账簿名称 C..200!
        会计核算单位 C..200!
        组织机构代码 C..20
        单位性质 C4!
        行业 C..20!
        开发单位 C..200
        版本号 C..20
        本位币 C..30!
        会计年度 C4!
        标准版本号 C..30!
    """),
    "会计期间": fields("""
        会计年度 C4!
        会计期间号 C..15!
        会计期间起始日期 C8!
        会计期间结束日期 C8!
    """),
    "记账凭证类型": fields("""
        记账凭证类型编号 C..60!
        记账凭证类型名称 C..60!
        记账凭证类型简称 C..20
    """),
    "汇率类型": fields("""
        汇率类型编号 C..60!
        汇率类型名称 C..60!
    """),
    "币种": fields("""
        币种编码 C..10!
        币种名称 C..30!
    """),
    "结算方式": fields("""
        结算方式编码 C..60!
        结算方式名称 C..60!
    """),
    "部门档案": fields("""
        部门编码 C..60!
        部门名称 C..200!
        上级部门编码 C..60
    """),
    "员工档案": fields("""
        员工编码 C..60!
        员工姓名 C..30!
        证件类别 C..30
        证件号码 C..30
        性别 C..20
        出生日期 C8
        部门编码 C..60
        入职日期 C8
        离职日期 C8
    """),
    "自定义档案项": fields("""
        档案编码 C..60!
        档案名称 C..200!
        档案描述 C..1000
        是否有层级特征 C1!
        档案编码规则 C..200
    """),
    "自定义档案值": fields("""
        档案编码 C..60!
        档案值编码 C..60!
        档案值名称 C..200!
        档案值描述 C..1000
        档案值父节点 C..60
        档案值级次 C..2!
    """),
}

LEDGER: dict[str, Fields] = {
    "总账基础信息": fields("""
        结构分隔符 C1!
        会计科目编号规则 C..200!
        现金流量项目编码规则 C..200!
        凭证头可扩展字段结构 C..2000
        凭证头可扩展结构对应档案 C..2000
        分录行可扩展字段结构 C..2000
        分录行可扩展字段对应档案 C..2000
    """),
    "会计科目": fields("""
        科目编号 C..60!
        科目名称 C..60!
        科目级次 I..2!
        科目类型 C..20!
        余额方向 C..4!
    """),
    "科目辅助核算": fields("""
        科目编号 C..60!
        辅助项编号 C..60!
        辅助项名称 C..200!
        对应档案 C..200!
        辅助项描述 C..2000
    """),
    "科目余额及发生额": fields(f"""
        科目编号 C..60!
        {SEGMENTS}
        期初余额方向 C..4!
        期末余额方向 C..4!
        币种编码 C..10!
        计量单位 C..10
        会计年度 C4!
        会计期间号 C..15!
        期初数量 D20.6
        期初原币余额 D20.2!
        期初本币余额 D20.2!
        借方数量 D20.6
        借方原币金额 D20.2!
        借方本币金额 D20.2!
        贷方数量 D20.6
        贷方原币金额 D20.2!
        贷方本币金额 D20.2!
        期末数量 D20.6
        期末原币余额 D20.2!
        期末本币余额 D20.2!
    """),
    "记账凭证": fields(f"""
        记账凭证日期 C8!
        会计年度 C4!
        会计期间号 C..15!
        记账凭证类型编号 C..60!
        记账凭证编号 C..60!
        记账凭证行号 C..5!
        记账凭证摘要 C..300!
        科目编号 C..60!
        {SEGMENTS}
        币种编码 C..10!
        计量单位 C..10
        借方数量 D20.6
        借方原币金额 D20.2!
        借方本币金额 D20.2!
        贷方数量 D20.6
        贷方原币金额 D20.2!
        贷方本币金额 D20.2!
        汇率类型编号 C..60
        汇率 D13.4
        单价 D20.4
        凭证头可扩展字段结构值 C..300
        分录行可扩展字段结构值 C..300
        结算方式编码 C..60
        票据类型 C..60
        票据号 C..60
        票据日期 C8
        附件数 I..4!
        制单人 C..30!
        审核人 C..30!
        记账人 C..30!
        记账标志 C1!
        作废标志 C1!
        凭证来源系统 C..20
    """),
    "报表集": fields("""
        报表编号 C..20!
        报表名称 C..60!
        报表报告日 C8!
        报表报告期 C..6!
        编制单位 C..200!
        货币单位 C..30!
    """),
    "报表项数据": fields("""
        报表编号 C..20!
        报表项编号 C..20!
        报表项名称 C..200!
        报表项公式 C..2000
        报表项数值 D20.2!
    """),
}
DOCUMENTS = {"公共档案": ("U01", ARCHIVE), "总账": ("U02", LEDGER)}
WORDS = {
    "余额方向": {"借", "贷"},
    "期初余额方向": {"借", "贷"},
    "期末余额方向": {"借", "贷"},
    "记账标志": {"0", "1"},
    "作废标志": {"0", "1"},
    "是否有层级特征": {"0", "1"},
}


def document(data: bytes) -> etree._Element:
    """The root of a document; only a parser that knows GB18030 reads it, which ElementTree's does not."""
    return etree.fromstring(data)


def local(element: etree._Element) -> str:
    return etree.QName(element).localname


def faults(data: bytes) -> list[str]:
    """Everything in a document that is not as the standard has it."""
    return list(_faults(data))


def _faults(data: bytes) -> Iterator[str]:
    if not data.startswith(b'<?xml version="1.0" encoding="GB18030"?>'):
        yield "no declaration of GB18030"
    root = document(data)
    number, tables = DOCUMENTS[local(root)]
    if root.attrib.get(f"{{{NAMESPACE}}}locID") != number:
        yield "the root has another locID"
    order = list(tables)
    reached = 0
    for element in root.iter():
        if etree.QName(element).namespace != NAMESPACE:
            yield f"{element.tag} is in another namespace"
    for row, element in enumerate(root, 1):
        name = local(element)
        if name not in tables:
            yield f"{row}: {name} is no element of {local(root)}"
            continue
        if order.index(name) < reached:
            yield f"{row}: {name} stands too late"
        reached = order.index(name)
        yield from (f"{row}: {name}: {fault}" for fault in _row_faults(element, tables[name]))


def _row_faults(element: etree._Element, known: Fields) -> Iterator[str]:
    names, order = [local(field) for field in element], list(known)
    yield from (f"{name} is not known" for name in names if name not in known)
    at = [order.index(name) for name in names if name in known]
    if at != sorted(set(at)):
        yield f"fields out of order or twice: {names}"
    yield from (f"{name} is missing" for name, form in known.items() if form.endswith("!") and name not in names)
    for field in element:
        name, text = local(field), field.text or ""
        if name in known and not fits(text, known[name]):
            yield f"{name} cannot be {text!r}"
        if text and name in WORDS and text not in WORDS[name]:
            yield f"{name} cannot be {text!r}"


def fits(text: str, form: str) -> bool:
    """Whether a value is of a form; an optional one may be empty where it is text."""
    if not text:
        return not form.endswith("!") and form.startswith("C")
    form = form.removesuffix("!")
    if decimal := re.fullmatch(r"D(\d+)\.(\d+)", form):
        digits, places = int(decimal[1]), int(decimal[2])
        return bool(re.fullmatch(rf"-?\d{{1,{digits - places}}}\.\d{{{places}}}", text))
    if whole := re.fullmatch(r"I\.\.(\d+)", form):
        return bool(re.fullmatch(rf"\d{{1,{whole[1]}}}", text))
    if form == "C8":
        return bool(re.fullmatch(r"\d{4}(0[1-9]|1[0-2])([0-2]\d|3[01])", text))
    length = int(form.lstrip("C."))
    return len(text) <= length if ".." in form else len(text) == length
