"""The shape of what the pages of limits may send."""

from flask_babel import lazy_gettext as _l

from fundapp.core.forms import DayField, Form, LongTextField, MoneyField, YesNoField, required
from fundapp.core.words import N_


class IssueForm(Form):
    """An issue of limits."""

    effective_from = DayField(
        _l("生效日期"), [required(N_("请填写生效日期。"))], description=_l("从这一天起的审批都按本次限额办理。")
    )
    document = LongTextField(
        _l("发布文件"),
        [required(N_("请填写发布文件的名称和文号。"))],
        longest=200,
        description=_l("名称和文号，例如 岳中法〔2018〕7号《执行垫付资金审批权限规定》。"),
    )
    president_above = MoneyField(
        _l("院长审批起点"),
        [required(N_("请填写院长审批起点。"))],
        description=_l("超过此数的垫付，在分管副院长之后还须院长签署。"),
    )
    limit_included = YesNoField(
        _l("起点含本数"), description=_l("勾选时，恰为此数的也须院长签署；不勾选时只有超过此数的才须院长签署。")
    )
