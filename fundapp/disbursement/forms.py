"""The shape of what the pages of disbursement may send."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileRequired

from fundapp.core.forms import (
    ChoiceField,
    DayField,
    FileField,
    FilterForm,
    Form,
    MultiChoiceField,
    RemarkField,
    TextField,
    VersionField,
    required,
)
from fundapp.core.words import N_


class BatchFilter(FilterForm):
    """What the list of batches is narrowed by."""

    number = TextField(_l("批次编号"), longest=20)
    status = ChoiceField(_l("状态"))
    first_day = DayField(_l("付款日期从"))
    last_day = DayField(_l("付款日期至"))


class BuildForm(Form):
    """Which advances are paid together, and when."""

    business_date = DayField(
        _l("付款日期"), [required(N_("请填写付款日期。"))], description=_l("银行执行付款的日期，今天或之后。")
    )
    advance_ids = MultiChoiceField(_l("列入本批的垫付"), [required(N_("请至少选择一笔已批准待发放的垫付。"))])


class SignForm(Form):
    """A signature under what was seen."""

    seen_version = VersionField()


class CancelForm(Form):
    """Why a batch is taken back."""

    seen_version = VersionField()
    reason = RemarkField(_l("撤销理由"), [required(N_("请填写撤销理由。"))], longest=200)


class ExportForm(Form):
    """A button that only needs its token."""


class ImportForm(Form):
    """A result file of the bank."""

    file = FileField(
        _l("银行回执文件"),
        [FileRequired(_l("请选择银行回执文件。"))],
        description=_l("从网上银行下载的 .xlsx 或 .csv 文件，不超过10MB。"),
        render_kw={"accept": ".xlsx,.csv"},
    )


class ResultFilter(FilterForm):
    """What the list of result files is narrowed by."""

    file_name = TextField(_l("文件名"), longest=100)


class ResolveForm(Form):
    """What the bank answered in writing."""

    seen_version = VersionField()
    outcome = ChoiceField(_l("查明的结果"))
    paid_on = DayField(_l("付款日期"), description=_l("付款成功时填写，以银行书面答复为准。"))
    bank_reference = TextField(_l("银行流水号或答复文号"), [required(N_("请填写银行流水号或答复文号。"))], longest=60)
    reason = RemarkField(_l("银行书面答复内容"), [required(N_("请填写银行书面答复的内容。"))], longest=200)


class PayingAccountForm(Form):
    """The court's own account, as its document names it."""

    bank = TextField(_l("开户行"), [required(N_("请填写开户行全称。"))], longest=100)
    holder = TextField(_l("账户名称"), [required(N_("请填写账户名称。"))], longest=100)
    number = TextField(_l("账号"), [required(N_("请填写账号。"))], longest=40)
    effective_from = DayField(_l("启用日期"), [required(N_("请填写启用日期。"))])
    document = TextField(
        _l("依据文件"),
        [required(N_("请填写依据文件。"))],
        longest=200,
        description=_l("开户许可证或账户变更批复的名称和文号。"),
    )
