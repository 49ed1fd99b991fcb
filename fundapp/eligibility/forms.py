"""The shape of what the pages of terms and assessments may send."""

from flask_babel import lazy_gettext as _l

from fundapp.core.forms import (
    ChoiceField,
    DayField,
    Form,
    LongTextField,
    MoneyField,
    MultiChoiceField,
    TextField,
    YesNoField,
    required,
)
from fundapp.core.words import N_
from fundapp.eligibility.rules import LABELS, Criterion

LONGEST_SOURCE = 200


class IssueForm(Form):
    """An issue of terms; below, the citation of each criterion."""

    effective_from = DayField(
        _l("生效日期"), [required(N_("请填写生效日期。"))], description=_l("从这一天起审查和申请都按本次条件办理。")
    )
    document = LongTextField(
        _l("发布文件"),
        [required(N_("请填写发布文件的名称和文号。"))],
        longest=200,
        description=_l("名称和文号，例如 岳中法〔2018〕6号《执行垫付资金管理办法》。"),
    )
    ceiling = MoneyField(_l("执行标的上限"), [required(N_("请填写执行标的上限。"))])
    ceiling_included = YesNoField(
        _l("上限含本数"), description=_l("勾选时，执行标的恰为上限的案件可以垫付；不勾选时须低于上限。")
    )
    case_statuses = MultiChoiceField(_l("准予垫付的案件状态"))
    needs_property_search = YesNoField(_l("须已完成财产查控"))
    needs_verified_account = YesNoField(_l("须为本人账户并已核实"))
    needs_undertaking = YesNoField(_l("须已签署承诺书"))
    refuses_bankruptcy = YesNoField(_l("被执行人进入破产程序的不予垫付"))
    refuses_settlement = YesNoField(_l("已达成执行和解的不予垫付"))
    recovery_order = ChoiceField(_l("追偿款分配次序"), description=_l("申请时写入每笔垫付，此后不再变更。"))

    def sources(self) -> dict[Criterion, str]:
        """The citation of each criterion, as written."""
        return {criterion: self[source_name(criterion)].data or "" for criterion in Criterion}


def source_name(criterion: Criterion) -> str:
    """The name of the field for a criterion's citation."""
    return f"source_{criterion.value}"


for _criterion in Criterion:
    _field = TextField(_l("依据：%(criterion)s", criterion=_l(LABELS[_criterion])), longest=LONGEST_SOURCE)
    setattr(IssueForm, source_name(_criterion), _field)


class AssessForm(Form):
    """For which creditor the answers are kept."""

    creditor_id = ChoiceField(_l("申请执行人"))
