"""The shape of what the pages of advances may send."""

from flask_babel import lazy_gettext as _l

from fundapp.core.forms import (
    ChoiceField,
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

LONGEST_REASON = 500


class RequestForm(Form):
    """Whom to pay, how much, and why."""

    creditor_id = ChoiceField(_l("申请执行人"))
    amount = MoneyField(
        _l("申请垫付金额"), [required(N_("请填写申请垫付金额。"))], description=_l("不得超过本案执行标的。")
    )
    reason = RemarkField(
        _l("申请理由"),
        [required(N_("请填写申请理由。"))],
        longest=LONGEST_REASON,
        description=_l("例如申请执行人的困难情况、被执行人的履行能力。"),
    )


class ResubmitForm(Form):
    """The mended request."""

    seen_version = VersionField()
    amount = MoneyField(
        _l("申请垫付金额"), [required(N_("请填写申请垫付金额。"))], description=_l("不得超过本案执行标的。")
    )
    reason = RemarkField(_l("申请理由"), [required(N_("请填写申请理由。"))], longest=LONGEST_REASON)


class DecideForm(Form):
    """One signature: what it says, with its opinion."""

    seen_version = VersionField()
    outcome = ChoiceField(_l("审批结果"))
    opinion = RemarkField(
        _l("审批意见"),
        [required(N_("请填写审批意见。"))],
        longest=LONGEST_REASON,
        description=_l("退回或者不予同意的，请写明原因。"),
    )


class WithdrawForm(Form):
    """Why a request is taken back."""

    seen_version = VersionField()
    reason = RemarkField(_l("撤回理由"), [required(N_("请填写撤回理由。"))], longest=LONGEST_REASON)


class AttachForm(Form):
    """One paper of the request."""

    paper = FileField(
        _l("申请材料"), [required(N_("请选择要上传的文件。"))], description=_l("PDF、PNG 或 JPG，不超过10MB。")
    )


class AdvanceFilter(FilterForm):
    """What the list of advances is narrowed by."""

    text = TextField(_l("案号或申请执行人"), longest=60)
    status = ChoiceField(_l("状态"))
    role = ChoiceField(_l("待签署岗位"))
    is_mine = YesNoField(_l("只看待我办理"))
