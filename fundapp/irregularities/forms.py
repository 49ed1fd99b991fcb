"""The shape of what the pages of the exceptions list may send."""

from flask_babel import lazy_gettext as _l

from fundapp.core.forms import (
    ChoiceField,
    DayField,
    FilterForm,
    Form,
    LongTextField,
    TimeOfDayField,
    WholeNumberField,
    required,
)
from fundapp.core.words import N_
from fundapp.irregularities.rules import HELD_MEANS, OUTSTANDING_MEANS


class IrregularityFilter(FilterForm):
    """Which court's doubts, and of which year."""

    court = ChoiceField(_l("法院"))
    year = ChoiceField(_l("年度"))


class BoundsForm(Form):
    """An issue of bounds."""

    effective_from = DayField(
        _l("生效日期"),
        [required(N_("请填写生效日期。"))],
        description=_l("最早为明天：此前的行为按当时的工作时间判断，此前年末的疑点按当时的期限列示。"),
    )
    document = LongTextField(
        _l("发布文件"),
        [required(N_("请填写发布文件的名称和文号。"))],
        longest=200,
        description=_l("名称和文号，例如 岳中法〔2018〕9号《执行垫付资金内部监督规定》。"),
    )
    months_outstanding = WholeNumberField(
        _l("垫付未收回（月）"),
        [required(N_("请填写垫付未收回的关注期限。"))],
        description=_l(OUTSTANDING_MEANS),
    )
    months_held = WholeNumberField(
        _l("案款未发放（月）"),
        [required(N_("请填写案款未发放的关注期限。"))],
        description=_l(HELD_MEANS),
    )
    office_from = TimeOfDayField(
        _l("工作时间开始"),
        [required(N_("请填写工作时间的开始时刻。"))],
        description=_l("北京时间，例如 07:30；恰在此刻办理的不列（含本数）。"),
    )
    office_to = TimeOfDayField(
        _l("工作时间结束"),
        [required(N_("请填写工作时间的结束时刻。"))],
        description=_l("北京时间，例如 20:00；恰在此刻办理的列为疑点（不含本数）。"),
    )
