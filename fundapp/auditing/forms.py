"""The shape of what the pages of auditing may send."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from fundapp.auditing.rules import (
    LONGEST_FINDING,
    LONGEST_RECORDS,
    LONGEST_RULE,
    FindingState,
    Population,
    SamplingMethod,
    Severity,
    StepKind,
)
from fundapp.core.forms import (
    ChoiceField,
    DayField,
    FileField,
    FilterForm,
    Form,
    LongTextField,
    MoneyField,
    MultiChoiceField,
    RemarkField,
    TextField,
    VersionField,
    WholeNumberField,
    YesNoField,
    choices_of,
    required,
)
from fundapp.core.words import N_


class DossierFilter(FilterForm):
    """Which payments are listed."""

    court = ChoiceField(_l("法院"))
    first_day = DayField(_l("付款日期起"))
    last_day = DayField(_l("付款日期止"))
    text = TextField(_l("案号或姓名"))


class DossierForm(Form):
    """A dossier with persons masked: asks for nothing but the confirmation itself."""


class WholeDossierForm(DossierForm):
    """A dossier that may show persons whole, with the reason."""

    is_whole = YesNoField(_l("显示当事人完整信息"))
    reason = RemarkField(
        _l("查看理由"),
        longest=500,
        description=_l("显示完整信息时须写明理由；理由会留痕，并计入每日查看次数。"),
    )


class SampleFilter(FilterForm):
    """Which samples are listed."""

    population = ChoiceField(_l("总体"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.population.choices = choices_of(Population, blank=N_("全部总体"))


class DrawForm(Form):
    """What is to be drawn from, and how."""

    population = ChoiceField(_l("总体"), [required(N_("请选择从什么总体中抽取。"))])
    courts = MultiChoiceField(_l("法院"), [required(N_("请选择至少一个法院。"))])
    first_day = DayField(_l("起始日期"), [required(N_("请填写起始日期。"))])
    last_day = DayField(
        _l("截止日期"),
        [required(N_("请填写截止日期。"))],
        description=_l("垫付按付款日期，凭证按记账日期；未收回垫付款按截止日期的余额，不看起始日期。"),
    )
    method = ChoiceField(_l("抽样方法"), [required(N_("请选择抽样方法。"))])
    size = WholeNumberField(
        _l("样本量"), description=_l("简单随机抽样必填；货币单元抽样可改填间隔；分层抽样按各层笔数比例分配。")
    )
    interval = MoneyField(_l("抽样间隔"), description=_l("只用于货币单元抽样；金额达到间隔的记录必被抽中。"))
    bounds = TextField(
        _l("分层界限（元）"), description=_l("只用于分层抽样，由低到高，例如 5000、10000；等于界限的归入上一层金额。")
    )
    sizes = TextField(_l("各层样本量"), description=_l("只用于分层抽样，由低到高，例如 5、5、10；填写后不再填样本量。"))
    seed = TextField(
        _l("种子"),
        longest=64,
        description=_l("可填写当日公布的数字等；留空由系统产生。种子、方法和总体一并留存，任何人可据以重新抽取。"),
    )
    purpose = RemarkField(_l("抽样目的"), longest=500)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.population.choices = choices_of(Population, blank=N_("请选择"))
        self.method.choices = choices_of(SamplingMethod, blank=N_("请选择"))


class TakeForm(Form):
    """Asks for nothing but the confirmation itself."""


class FindingFilter(FilterForm):
    """Which findings are listed."""

    court = ChoiceField(_l("法院"))
    state = ChoiceField(_l("状态"))
    severity = ChoiceField(_l("严重程度"))
    is_overdue = YesNoField(_l("只看逾期"), name="overdue")
    is_mine = YesNoField(_l("只看由我负责"), name="mine")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.state.choices = choices_of(FindingState, blank=N_("全部状态"))
        self.severity.choices = choices_of(Severity, blank=N_("全部程度"))


class FindingForm(Form):
    """What an auditor found."""

    court = ChoiceField(_l("被审计法院"), [required(N_("请选择被审计法院。"))])
    title = TextField(_l("问题标题"), [required(N_("请填写问题标题。"))], longest=100)
    description = RemarkField(_l("问题情况"), [required(N_("请写明问题情况。"))], longest=LONGEST_FINDING)
    rule = TextField(
        _l("违反的规定"),
        [required(N_("请写明违反的规定。"))],
        longest=LONGEST_RULE,
        description=_l("写明法律或文件的名称和条款，例如 会计基础工作规范第五十一条。"),
    )
    severity = ChoiceField(_l("严重程度"), [required(N_("请选择严重程度。"))])
    records = LongTextField(
        _l("涉及记录"),
        [required(N_("请至少填写一条涉及的记录。"))],
        longest=LONGEST_RECORDS,
        description=_l("凭证号、垫付编号或案号，例如 2018收0001、垫2018-0017；多条之间用空格隔开。"),
    )
    due_on = DayField(_l("整改期限"), [required(N_("请填写整改期限。"))])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.severity.choices = choices_of(Severity, blank=N_("请选择"))


class MeasureForm(Form):
    """How, by whom and by when a finding is put right."""

    text = RemarkField(_l("整改措施"), [required(N_("请写明整改措施。"))], longest=LONGEST_FINDING)
    responsible = ChoiceField(_l("责任人"), [required(N_("请选择责任人。"))])
    due_on = DayField(_l("完成日期"), [required(N_("请填写完成日期。"))])
    seen_version = VersionField()


class EvidenceForm(Form):
    """What proves that a finding was put right."""

    text = RemarkField(_l("整改情况"), [required(N_("请写明整改情况。"))], longest=LONGEST_FINDING)
    records = LongTextField(
        _l("更正凭证等记录"),
        longest=LONGEST_RECORDS,
        description=_l("更正凭证号等，例如 2018收0002；多条之间用空格隔开，可不填。"),
    )
    paper = FileField(_l("证明材料"), description=_l("PDF、PNG 或 JPG，不超过10MB，可不上传。"))
    seen_version = VersionField()


class ReviewForm(Form):
    """Whether a finding is closed, or sent back with a reason and a new day."""

    outcome = ChoiceField(_l("审核结果"), [required(N_("请选择销号或退回。"))])
    text = RemarkField(_l("审核意见"), [required(N_("请写明审核意见。"))], longest=LONGEST_FINDING)
    due_on = DayField(_l("新的整改期限"), description=_l("退回时必填。"))
    seen_version = VersionField()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.outcome.choices = choices_of((StepKind.CLOSED, StepKind.RETURNED), blank=N_("请选择"))

    def validate_due_on(self, field: Any) -> None:
        if self.outcome.data == StepKind.RETURNED.value and field.data is None and not field.errors:
            raise ValidationError(_("退回整改须填写新的整改期限。"))


class NoteFilter(FilterForm):
    """Whose notes are listed."""

    record = TextField(_l("事项标识"), longest=60)


class NoteForm(Form):
    """A note on a record."""

    text = LongTextField(_l("笔记内容"), [required(N_("请填写笔记内容。"))], longest=LONGEST_FINDING)
