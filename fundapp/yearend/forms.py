"""The shape of what the closing pages may send."""

from typing import Any

from flask_babel import lazy_gettext as _l

from fundapp.core.forms import (
    ChoiceField,
    FilterForm,
    Form,
    HiddenTextField,
    RemarkField,
    VersionField,
    WholeNumberField,
    YesNoField,
    choices_of,
    required,
)
from fundapp.core.words import N_
from fundapp.ledger.rules import LONGEST_EXPLANATION
from fundapp.yearend.rules import LONGEST_REASON, ReopeningOutcome, YearCloseOutcome


class ClosingFilter(FilterForm):
    """Which court's closing is looked at, and which year's."""

    court = ChoiceField(_l("法院"))
    year = ChoiceField(_l("年度"))


class StatementFilter(FilterForm):
    """Whose annual statements are looked at, and of which year."""

    court = ChoiceField(_l("法院"))
    year = ChoiceField(_l("年度"))


class StatementFileForm(Form):
    """Which statements are handed out, as what: the page knows, and says it in hidden fields."""

    statement = HiddenTextField()
    court = HiddenTextField()
    year = HiddenTextField()
    format = HiddenTextField()

    @classmethod
    def of(cls, **words: object) -> "StatementFileForm":
        """The form filled in with what the page shows."""
        return cls(formdata=None, data={name: str(word) for name, word in words.items()})


class CloseForm(Form):
    """Closing asks for nothing but the confirmation itself."""


class ExplainedCloseForm(CloseForm):
    """And, while money stands that nobody has claimed, for the reason why it does."""

    explanation = RemarkField(
        _l("待认领款情况说明"),
        longest=LONGEST_EXPLANATION,
        description=_l("逐笔写明入账日期、银行流水号、查找情况和拟如何处理；本说明随结账一并留存。"),
    )


class DecideYearCloseForm(Form):
    """The answer to a request for the close of the year."""

    outcome = ChoiceField(_l("办理结果"), [required(N_("请选择同意或退回。"))])
    opinion = RemarkField(_l("意见"), longest=LONGEST_REASON, description=_l("退回时须写明理由。"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.outcome.choices = choices_of(YearCloseOutcome, blank=N_("请选择"))


class RequestReopeningForm(Form):
    """Why the last closed month is to be opened again."""

    reason = RemarkField(
        _l("反结账理由"),
        [required(N_("请写明理由：需要更正什么、为什么不能在未结账月份更正。"))],
        longest=LONGEST_REASON,
    )


class DecideReopeningForm(Form):
    """One answer to a request for reopening."""

    outcome = ChoiceField(_l("办理结果"), [required(N_("请选择同意或退回。"))])
    opinion = RemarkField(_l("意见"), longest=LONGEST_REASON, description=_l("退回时须写明理由。"))
    seen_version = VersionField()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.outcome.choices = choices_of(ReopeningOutcome, blank=N_("请选择"))


class ExportForm(Form):
    """Which year's package is made."""

    court = ChoiceField(_l("法院"), description=_l("可为一个法院单独导出，只含该院的账簿、台账和留痕。"))
    year = WholeNumberField(_l("年度"), [required("请填写年度，例如 2018。")])
    is_unmasked = YesNoField(
        _l("含完整个人信息"),
        description=_l("姓名、证件号码、电话、账号不作脱敏。只有审计人员可以导出和下载，并须写明理由。"),
    )
    reason = RemarkField(
        _l("导出完整信息的理由"),
        longest=LONGEST_REASON,
        description=_l("勾选上一项时必填：为哪项审计、核对哪些内容；理由随审计包一并留痕。"),
    )
