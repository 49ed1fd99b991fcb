"""The shape of what the pages of opening balances may send."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileRequired

from fundapp.core.forms import (
    ChoiceField,
    DayField,
    FileField,
    FilterForm,
    Form,
    RemarkField,
    VersionField,
    choices_of,
    required,
)
from fundapp.core.words import N_
from fundapp.ledger.rules import OpeningOutcome, OpeningStatus


class OpeningFileForm(Form):
    """A file and the day of its balances."""

    day = DayField(
        _l("期初余额日期"),
        [required(N_("请填写期初余额日期。"))],
        description=_l("启用月份前一个月的最后一天；此后的业务从次月1日起记账。"),
    )
    file = FileField(
        _l("期初余额表"),
        [FileRequired(_l("请选择要导入的期初余额表。"))],
        description=_l("按模板整理的 .xlsx 或 .csv 文件，不超过10MB。"),
        render_kw={"accept": ".xlsx,.csv"},
    )


class SendForm(Form):
    """Send on what was seen."""

    seen_version = VersionField()


class DecisionForm(Form):
    """Post, or return with a reason."""

    seen_version = VersionField()
    outcome = ChoiceField(_l("复核结果"), [required(N_("请选择复核结果。"))])
    reason = RemarkField(_l("退回理由"), longest=500, description=_l("退回时必填，写明哪一行有误。"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.outcome.choices = choices_of(OpeningOutcome, blank=N_("请选择"))


class UndoForm(Form):
    """Why what was posted is to be undone."""

    seen_version = VersionField()
    reason = RemarkField(_l("冲销理由"), [required(N_("请写明冲销理由。"))], longest=500)


class UndoDecisionForm(Form):
    """Undo, or leave it."""

    seen_version = VersionField()
    outcome = ChoiceField(_l("复核结果"), [required(N_("请选择复核结果。"))])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.outcome.choices = choices_of(OpeningOutcome, blank=N_("请选择"))


class OpeningFilter(FilterForm):
    """What the list of imports is narrowed by."""

    status = ChoiceField(_l("状态"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.status.choices = choices_of(OpeningStatus, blank=N_("全部状态"))
