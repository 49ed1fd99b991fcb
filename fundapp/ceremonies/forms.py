"""The shape of what the ceremony pages may send."""

from flask_babel import lazy_gettext as _l

from fundapp.core.forms import (
    ChoiceField,
    DayField,
    FilterForm,
    Form,
    MoneyField,
    MultiChoiceField,
    RemarkField,
    TextField,
    VersionField,
    required,
    with_no_names,
)
from fundapp.core.words import N_


class PlanForm(Form):
    """What, where and when."""

    name = TextField(
        _l("大会名称"),
        [required(N_("请填写大会名称。"))],
        longest=100,
        description=_l("例如 2018年第三次执行案款集中发放大会。"),
    )
    held_on = DayField(_l("举行日期"), [required(N_("请填写举行日期。"))])
    place = TextField(_l("地点"), [required(N_("请填写举行地点。"))], longest=100)
    host = TextField(_l("主持人"), [required(N_("请填写主持人姓名。"))], longest=60)


class ChangeForm(PlanForm):
    """The same, of the ceremony that was seen."""

    seen_version = VersionField()


class AddLinesForm(Form):
    """Which approved advances and payouts are handed out at the ceremony, and how."""

    method = ChoiceField(_l("发放方式"))
    advances = MultiChoiceField(_l("已批准待发放的垫付"))
    payouts = MultiChoiceField(_l("已批准待发放的案款"))


class FreezeForm(Form):
    """The list as it was seen."""

    seen_version = VersionField()


class CancelForm(Form):
    """Why the ceremony is called off."""

    seen_version = VersionField()
    reason = RemarkField(_l("取消原因"), [required(N_("请写明取消原因。"))], longest=200)


class ConfirmForm(Form):
    """A button that only needs its token."""


class SignInForm(Form):
    """Who came: the payee in person, or an agent with a special power of attorney."""

    agent = TextField(_l("代理人姓名"), longest=60, description=_l("领款人本人到场的，不填。"))
    authority_number = TextField(
        _l("特别授权委托书编号"), longest=60, description=_l("代理人领款必填，委托书须写明代为领取执行款。")
    )


class TransferForm(Form):
    """The bank's answer to the transfer on site, and who was present."""

    second_staff = ChoiceField(_l("共同发放的工作人员"), [required(N_("请选择共同发放的工作人员。"))])
    reference = TextField(
        _l("银行流水号"),
        [required(N_("请填写银行转账流水号。"))],
        longest=60,
        description=_l("以网上银行显示转账成功的流水号为准。"),
    )


class CashForm(Form):
    """The receipt that the payee has signed, and who was present."""

    second_staff = ChoiceField(_l("共同发放的工作人员"), [required(N_("请选择共同发放的工作人员。"))])
    reference = TextField(
        _l("收据编号"),
        [required(N_("请填写领款人签名的收据编号。"))],
        longest=40,
        description=_l("领款人当面点清现金并在收据上签名、捺印后填写；每张收据只能使用一次。"),
    )


class AbsentForm(Form):
    """Why a payee was not paid."""

    reason = TextField(
        _l("未领取原因"),
        [required(N_("请填写未领取原因。"))],
        description=with_no_names(_l("例如 未到场、证件不符、拒绝领取。")),
    )


class WitnessForm(Form):
    """Who watched, and as what."""

    name = TextField(_l("姓名"), [required(N_("请填写见证人姓名。"))], longest=60)
    capacity = ChoiceField(_l("身份"))
    organisation = TextField(
        _l("单位"), [required(N_("请填写见证人所在单位。"))], longest=100, description=_l("例如 岳阳楼区人大常委会。")
    )


class CloseForm(Form):
    """The cash as counted by the reviewer; the page does not say what it should come to."""

    seen_version = VersionField()
    fund_cash_returned = MoneyField(
        _l("交回的垫付资金现金"), [required(N_("请填写清点后交回的垫付资金现金，没有剩余的填0。"))]
    )
    case_cash_returned = MoneyField(_l("交回的案款现金"), [required(N_("请填写清点后交回的案款现金，没有剩余的填0。"))])


class CeremonyFilter(FilterForm):
    """What the list of ceremonies is narrowed by."""

    court_code = ChoiceField(_l("法院"))
    status = ChoiceField(_l("状态"))
    year = ChoiceField(_l("年份"))


class YearFilter(FilterForm):
    """Which year's ceremonies are counted."""

    year = ChoiceField(_l("年份"))


class DayFilter(FilterForm):
    """Whom one is looking for on site."""

    text = TextField(_l("序号、姓名或案号"), longest=60)
    status = ChoiceField(_l("状态"))
