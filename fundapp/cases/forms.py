"""The shape of what the pages of the register may send."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileRequired

from fundapp.cases.rules import NEXT, AccountKind, CaseStatus, ClaimCategory, PartyKind, PartyRole
from fundapp.core.forms import (
    CaseNumberField,
    ChoiceField,
    DayField,
    FileField,
    FilterForm,
    Form,
    MoneyField,
    RemarkField,
    TextField,
    VersionField,
    YesNoField,
    choices_of,
    required,
)
from fundapp.core.words import N_

PLEASE = N_("请选择")
LONGEST_NUMBER, LONGEST_NAME = 60, 100


class CaseFilter(FilterForm):
    """What the list of cases is narrowed by."""

    text = TextField(
        _l("案号、姓名或证件号码"),
        longest=LONGEST_NAME,
        render_kw={"placeholder": "4306**********0012"},
    )
    status = ChoiceField(_l("案件状态"))
    category = ChoiceField(_l("案由类别"))
    handler = ChoiceField(_l("承办人"))
    claim_from = MoneyField(_l("执行标的从"))
    claim_to = MoneyField(_l("执行标的至"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.status.choices = choices_of(CaseStatus, blank=N_("全部"))
        self.category.choices = choices_of(ClaimCategory, blank=N_("全部"))


class _CaseFacts(Form):
    """What is told of a case beside its number and its parties."""

    filed_on = DayField(_l("立案日期"), [required(N_("请填写立案日期。"))])
    category = ChoiceField(_l("案由类别"), [required(N_("请选择案由类别。"))])
    claim = MoneyField(
        _l("执行标的"),
        [required(N_("请填写执行标的，例如16409.02。"))],
        description=_l("执行依据确定而尚未履行的金额。"),
    )
    property_searched_on = DayField(_l("财产查控日期"), description=_l("尚未完成财产查控的，留空。"))
    is_in_bankruptcy = YesNoField(_l("被执行人已进入破产程序"))
    is_in_settlement = YesNoField(_l("当事人已达成执行和解"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.category.choices = choices_of(ClaimCategory, blank=PLEASE)


class CaseForm(_CaseFacts):
    """A new case with its first creditor and first debtor; its account may be told later."""

    number = CaseNumberField(
        _l("案号"),
        [required(N_("请填写案号。"))],
        longest=LONGEST_NUMBER,
        description=_l("本院“执”或“执恢”字案号，例如（2018）湘0602执123号。"),
    )
    parent_number = CaseNumberField(
        _l("原执行案号"), longest=LONGEST_NUMBER, description=_l("只有恢复执行案件填写：所恢复的“执”字案号。")
    )
    legacy_number = TextField(_l("旧案号"), longest=LONGEST_NUMBER, description=_l("2016年以前立案的，按原文填写。"))
    creditor_kind = ChoiceField(_l("申请执行人类型"), [required(N_("请选择申请执行人类型。"))])
    creditor_name = TextField(
        _l("申请执行人姓名或名称"), [required(N_("请填写申请执行人姓名或名称。"))], longest=LONGEST_NAME
    )
    creditor_identity = TextField(
        _l("申请执行人证件号码"),
        [required(N_("请填写申请执行人证件号码。"))],
        longest=LONGEST_NUMBER,
        description=_l("自然人填身份证号码，单位填统一社会信用代码。"),
    )
    creditor_phone = TextField(_l("申请执行人电话"), longest=LONGEST_NUMBER)
    account_kind = ChoiceField(_l("收款账户类型"), description=_l("收款账户可以以后登记；户名须为申请执行人本人。"))
    bank = TextField(_l("开户银行"), longest=LONGEST_NAME)
    account_number = TextField(_l("收款账号"), longest=LONGEST_NUMBER)
    undertaking_on = DayField(_l("承诺书签署日期"), description=_l("尚未签署的，留空。"))
    debtor_kind = ChoiceField(_l("被执行人类型"), [required(N_("请选择被执行人类型。"))])
    debtor_name = TextField(
        _l("被执行人姓名或名称"), [required(N_("请填写被执行人姓名或名称。"))], longest=LONGEST_NAME
    )
    debtor_identity = TextField(
        _l("被执行人证件号码"), [required(N_("请填写被执行人证件号码。"))], longest=LONGEST_NUMBER
    )
    debtor_phone = TextField(_l("被执行人电话"), longest=LONGEST_NUMBER)

    field_order = ("number", "parent_number", "legacy_number")  # before the facts, as on the filing sheet

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for kind in (self.creditor_kind, self.debtor_kind):
            kind.choices = choices_of(PartyKind, blank=PLEASE)
        self.account_kind.choices = choices_of(AccountKind)

    def __iter__(self) -> Any:
        first = [self._fields[name] for name in self.field_order]
        return iter([*first, *(field for name, field in self._fields.items() if name not in self.field_order)])


class EditForm(_CaseFacts):
    """The facts of a case, as seen."""

    handler = ChoiceField(_l("承办人"))
    seen_version = VersionField()


class StatusForm(Form):
    """Where the case goes from where it is seen to stand."""

    status = ChoiceField(_l("变更为"), [required(N_("请选择变更后的案件状态。"))])
    is_resumption = YesNoField(_l("依恢复执行的裁定或决定办理"), description=_l("只在把已结案件恢复为“执行中”时勾选。"))
    reason = RemarkField(_l("理由"), [required(N_("请写明变更理由和所依据的文书。"))], longest=500)
    seen_version = VersionField()

    def __init__(self, current: CaseStatus, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.status.choices = choices_of([one for one in CaseStatus if one in NEXT[current]], blank=PLEASE)


class AccountForm(Form):
    """The account a party is paid on."""

    kind = ChoiceField(_l("账户类型"))
    holder = TextField(
        _l("户名"),
        [required(N_("请填写户名。"))],
        longest=LONGEST_NAME,
        description=_l("须与当事人姓名或名称完全一致，不得登记他人账户。"),
    )
    bank = TextField(_l("开户银行"), [required(N_("请填写开户银行和网点。"))], longest=LONGEST_NAME)
    number = TextField(_l("账号"), [required(N_("请填写账号。"))], longest=LONGEST_NUMBER)
    line_number = TextField(_l("联行号"), longest=LONGEST_NUMBER, description=_l("12位数字，可不填。"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = choices_of(AccountKind)


class PartyForm(Form):
    """A further party of a case."""

    role = ChoiceField(_l("诉讼地位"), [required(N_("请选择当事人的诉讼地位。"))])
    kind = ChoiceField(_l("类型"), [required(N_("请选择当事人类型。"))])
    name = TextField(_l("姓名或名称"), [required(N_("请填写姓名或名称。"))], longest=LONGEST_NAME)
    identity = TextField(
        _l("证件号码"),
        [required(N_("请填写证件号码。"))],
        longest=LONGEST_NUMBER,
        description=_l("自然人填身份证号码，单位填统一社会信用代码。"),
    )
    phone = TextField(_l("电话"), longest=LONGEST_NUMBER)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.role.choices = choices_of(PartyRole, blank=PLEASE)
        self.kind.choices = choices_of(PartyKind, blank=PLEASE)


class VerifyForm(Form):
    """How an account was confirmed, with the paper of it."""

    how = RemarkField(_l("核实方式"), [required(N_("请写明核实方式，例如电话回访的时间和对象。"))], longest=500)
    paper = FileField(_l("核实材料"), description=_l("PDF、PNG 或 JPG，不超过10MB；可不上传。"))


class UndertakingForm(Form):
    """The day on the undertaking, with its scan."""

    signed_on = DayField(_l("签署日期"), [required(N_("请填写承诺书的签署日期。"))])
    paper = FileField(_l("承诺书扫描件"), description=_l("PDF、PNG 或 JPG，不超过10MB；可不上传。"))


class RevealForm(Form):
    """Why the full data is needed."""

    reason = RemarkField(_l("查看理由"), [required(N_("请写明查看理由。"))], longest=500)


class ImportForm(Form):
    """A list of cases."""

    file = FileField(
        _l("案件清单"),
        [FileRequired(_l("请选择要导入的案件清单。"))],
        description=_l("按模板整理的 .xlsx 或 .csv 文件，不超过10MB。"),
        render_kw={"accept": ".xlsx,.csv"},
    )
