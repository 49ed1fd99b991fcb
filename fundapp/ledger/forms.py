"""The shape of what the pages of the books may send."""

from flask_babel import lazy_gettext as _l

from fundapp.core.forms import (
    ChoiceField,
    DayField,
    FilterForm,
    Form,
    HiddenTextField,
    RemarkField,
    TextField,
    VersionField,
    required,
)
from fundapp.core.words import N_


class JournalFilter(FilterForm):
    """What the journal is narrowed by: a court, posting days, a word of the summary."""

    court = ChoiceField(_l("法院"))
    first_day = DayField(_l("记账日期自"))
    last_day = DayField(_l("至"))
    summary = TextField(_l("摘要"), longest=60)


class TrialBalanceFilter(FilterForm):
    """The day and the courts of a trial balance."""

    court = ChoiceField(_l("法院"))
    as_of = DayField(_l("截止日期"))


class LedgerFilter(FilterForm):
    """The court, year and month of a ledger, and the case, source or debtor that it is of."""

    court = ChoiceField(_l("法院"))
    year = ChoiceField(_l("年度"))
    month = ChoiceField(_l("月份"))
    subject = HiddenTextField()


class AccountsFilter(FilterForm):
    """The court and year of the list of accounts."""

    court = ChoiceField(_l("法院"))
    year = ChoiceField(_l("年度"))


class JournalLedgerFilter(FilterForm):
    """The court, account, year and month of a cash or bank journal."""

    court = ChoiceField(_l("法院"))
    account = ChoiceField(_l("会计科目"))
    year = ChoiceField(_l("年度"))
    month = ChoiceField(_l("月份"))


class GeneralLedgerFilter(FilterForm):
    """The court, year and account of the general ledger."""

    court = ChoiceField(_l("法院"))
    year = ChoiceField(_l("年度"))
    account = ChoiceField(_l("会计科目"))


class BindingFilter(FilterForm):
    """The court, year and kind of the vouchers that are bound."""

    court = ChoiceField(_l("法院"))
    year = ChoiceField(_l("年度"))
    kind = ChoiceField(_l("凭证种类"))


class PrintForm(Form):
    """Which book is printed: the page knows, and says it in hidden fields."""

    book = HiddenTextField()
    court = HiddenTextField()
    year = HiddenTextField()
    month = HiddenTextField()
    account = HiddenTextField()
    subject = HiddenTextField()
    kind = HiddenTextField()

    @classmethod
    def of(cls, **words: object) -> "PrintForm":
        """The form filled in with what the page shows."""
        return cls(formdata=None, data={name: str(word) for name, word in words.items()})


class CorrectionFilter(FilterForm):
    """What the list of corrections is narrowed by."""

    court = ChoiceField(_l("法院"))
    status = ChoiceField(_l("状态"))


class RequestCorrectionForm(Form):
    """The cancelling that is asked for."""

    business_date = DayField(_l("更正日期"), [required(N_("请填写更正日期。"))], description=_l("更正凭证记账的日期。"))
    reason = RemarkField(
        _l("更正理由"),
        [required(N_("请填写更正理由。"))],
        longest=200,
        description=_l("写明错在何处、依据什么原始凭证；理由会记入更正凭证的摘要。"),
    )


class DecideCorrectionForm(Form):
    """The reviewer's word on a correction."""

    outcome = ChoiceField(_l("复核结果"), [required(N_("请选择复核结果：同意更正，或退回申请。"))])
    seen_version = VersionField()
