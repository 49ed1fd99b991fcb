"""The shape of what the case money pages may send."""

from flask_babel import lazy_gettext as _l

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
    required,
)
from fundapp.core.words import N_


class RecordForm(Form):
    """One line of the case money account's statement."""

    debtor_id = ChoiceField(_l("被执行人"))
    payer = TextField(
        _l("付款人"), [required(N_("请填写付款人户名。"))], longest=100, description=_l("以银行回单上的户名为准。")
    )
    amount = MoneyField(_l("金额"), [required(N_("请填写金额。"))])
    business_date = DayField(
        _l("到账日期"), [required(N_("请填写到账日期。"))], description=_l("以银行回单上的日期为准。")
    )
    bank_reference = TextField(
        _l("银行流水号"), [required(N_("请填写银行流水号。"))], longest=50, description=_l("同一流水号只能登记一次。")
    )
    paper = FileField(_l("银行回单"), description=_l("PDF、PNG 或 JPG，不超过10MB。"))


class ConfirmForm(Form):
    """Nothing but what was on screen."""

    seen_version = VersionField()


class ReturnForm(Form):
    """The reason for a return."""

    seen_version = VersionField()
    reason = RemarkField(_l("退回原因"), [required(N_("请写明退回原因，以便经办人改正。"))], longest=200)


class PayoutForm(Form):
    """Who is to be paid what, and why."""

    purpose = ChoiceField(_l("用途"))
    payee_id = ChoiceField(_l("收款人"), description=_l("款项付入收款人本人名下已核实的账户。"))
    amount = MoneyField(_l("金额"), [required(N_("请填写金额。"))])
    reason = RemarkField(_l("发放理由"), [required(N_("请填写发放理由。"))], longest=500)


class DecideForm(Form):
    """The director's decision."""

    seen_version = VersionField()
    outcome = ChoiceField(_l("审批结果"))
    opinion = RemarkField(_l("审批意见"), [required(N_("请填写审批意见。"))], longest=500)


class WithdrawForm(Form):
    """Why a payout is withdrawn."""

    seen_version = VersionField()
    reason = RemarkField(_l("撤回原因"), [required(N_("请写明撤回原因。"))], longest=200)


class PayForm(Form):
    """The bank's slip of a payment."""

    seen_version = VersionField()
    paid_on = DayField(_l("支付日期"), [required(N_("请填写支付日期。"))], description=_l("以银行回单上的日期为准。"))
    bank_reference = TextField(_l("银行流水号"), [required(N_("请填写银行流水号。"))], longest=50)


class FindForm(FilterForm):
    """The number of the case whose money is meant."""

    number = CaseNumberField(_l("案号"), longest=60, description=_l("例如（2018）湘0602执123号。"))


class ReceiptFilter(FilterForm):
    """What the list of receipts is narrowed by."""

    text = TextField(_l("案号、付款人或流水号"), longest=60)
    status = ChoiceField(_l("状态"))
    is_unallocated = YesNoField(_l("只看待分配"))


class PayoutFilter(FilterForm):
    """What the list of payouts is narrowed by."""

    text = TextField(_l("案号或收款人"), longest=60)
    status = ChoiceField(_l("状态"))
    purpose = ChoiceField(_l("用途"))
