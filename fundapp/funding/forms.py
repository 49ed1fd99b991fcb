"""The shape of what the funding pages may send."""

from flask_babel import lazy_gettext as _l

from fundapp.core.forms import (
    NO_NAMES,
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
    required,
)
from fundapp.core.words import N_


class SourceForm(Form):
    """A new source."""

    kind = ChoiceField(_l("来源类别"))
    name = TextField(
        _l("来源名称"), [required(N_("请填写来源名称。"))], longest=100, description=_l("出资单位或个人的全称。")
    )
    document = TextField(
        _l("依据文件"),
        [required(N_("请填写拨款文件、捐赠协议等依据的名称和文号。"))],
        description=_l("例如 岳市财行指〔2018〕15号。"),
    )


class SourceChangeForm(Form):
    """What may be corrected of a source."""

    seen_version = VersionField()
    name = TextField(_l("来源名称"), [required(N_("请填写来源名称。"))], longest=100)
    document = TextField(_l("依据文件"), [required(N_("请填写依据文件的名称和文号。"))])
    is_active = YesNoField(_l("继续使用（停用后不能再登记到账）"))


class ReceiptForm(Form):
    """One line of the fund account's statement."""

    source_id = ChoiceField(_l("资金来源"))
    direction = ChoiceField(_l("收付方向"))
    amount = MoneyField(_l("金额"), [required(N_("请填写金额。"))])
    business_date = DayField(
        _l("银行记账日期"), [required(N_("请填写银行记账日期。"))], description=_l("以银行回单上的日期为准。")
    )
    bank_reference = TextField(
        _l("银行流水号"), [required(N_("请填写银行流水号。"))], longest=50, description=_l("同一流水号只能登记一次。")
    )
    note = TextField(_l("附言"), longest=200, description=NO_NAMES)
    paper = FileField(_l("银行回单"), description=_l("PDF、PNG 或 JPG，不超过10MB；可在复核前补传。"))


class ReceiptDecisionForm(Form):
    """Confirm, or return with a reason."""

    seen_version = VersionField()


class ReceiptReturnForm(Form):
    """The reason for a return."""

    seen_version = VersionField()
    reason = RemarkField(_l("退回原因"), [required(N_("请写明退回原因，以便经办人改正。"))], longest=200)


class ReceiptCorrectionForm(Form):
    """What is wrong with a confirmed receipt, and what is right."""

    method = ChoiceField(_l("更正方式"), [required(N_("请选择更正方式。"))])
    amount = MoneyField(_l("正确金额"), description=_l("整笔注销时不必填写。"))
    source_id = ChoiceField(_l("正确的资金来源"), description=_l("来源没有错的，保持不变。"))
    business_date = DayField(
        _l("更正日期"), [required(N_("请填写更正日期。"))], description=_l("更正凭证记账的日期，不早于原凭证。")
    )
    reason = RemarkField(
        _l("更正理由"),
        [required(N_("请填写更正理由。"))],
        longest=200,
        description=_l("写明错在何处、依据什么原始凭证；理由会记入更正凭证的摘要。"),
    )


class SourceFilter(FilterForm):
    """What the list of sources is narrowed by."""

    kind = ChoiceField(_l("来源类别"))
    name = TextField(_l("名称"), longest=60)


class ReceiptFilter(FilterForm):
    """What the list of receipts is narrowed by."""

    status = ChoiceField(_l("状态"))
    direction = ChoiceField(_l("收付方向"))
