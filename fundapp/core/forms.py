"""Forms: the shape of what a page may send. Meaning is refused by the rules, and stands on the form all the same."""

import enum
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, time
from typing import Any, TypeVar

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField as UploadField
from wtforms import DateField, Field, HiddenField, PasswordField, SelectField, SelectMultipleField, StringField
from wtforms import TextAreaField as AreaField
from wtforms import TimeField as ClockField
from wtforms.fields import BooleanField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, StopValidation, ValidationError

from fundapp.core.attempts import tell_attempt_of_post
from fundapp.core.db import transaction
from fundapp.core.errors import Refusal
from fundapp.core.money import AmountError, parse_amount, plain
from fundapp.core.templating import label

Picked = TypeVar("Picked")
LONGEST_LINE = 200
LONGEST_TEXT = 2000


class required(InputRequired):  # noqa: N801 - reads as a word where fields are declared
    """The field must be filled in; the sentence says with what."""

    def __init__(self, message: str) -> None:
        super().__init__(message)

    def __call__(self, form: Any, field: Field) -> None:
        if not field.raw_data or not str(field.raw_data[0]).strip():
            field.errors[:] = []
            raise StopValidation(gettext(self.message))


class shorter(Length):  # noqa: N801
    """No longer than so many characters."""

    def __init__(self, longest: int) -> None:
        super().__init__(max=longest)

    def __call__(self, form: Any, field: Field) -> None:
        if field.data and len(field.data) > self.max:
            raise ValidationError(gettext("内容过长，请缩短到%(max)s字以内。", max=self.max))


class Form(FlaskForm):
    """A form with its token, its errors beside the fields, and the sentences of a refused act on top."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.refusals: list[str] = []
        self.http_status = 200

    def submitted(self) -> bool:
        """Whether a well-shaped form was posted; a badly shaped one answers 422."""
        if not self.is_submitted():
            return False
        if self.validate():
            return True
        self.http_status = 422
        return False

    def refused(self, refusal: Refusal) -> None:
        """Put a refusal on the form, in the reader's language."""
        self.refusals.append(said(refusal))
        self.http_status = refusal.http_status


def said(refusal: Refusal) -> str:
    """The sentence of a refusal in the reader's language."""
    return gettext(refusal.msgid, **refusal.params)


@contextmanager
def saving(form: Form, *court_codes: str) -> Iterator[None]:
    """The transaction of one act; a refusal rolls it back and stands on the form, and the view falls through to show
    it."""
    try:
        with transaction(*court_codes):
            yield
    except Refusal as refusal:
        form.refused(refusal)
        tell_attempt_of_post(refusal)


def _stripped(text: str | None) -> str | None:
    """Without blanks around it, and without NUL, which PostgreSQL cannot keep."""
    return text.replace("\0", "").strip() if text else text


class TextField(StringField):
    """One line of text."""

    def __init__(
        self, label: str, validators: Sequence[Any] = (), *, longest: int = LONGEST_LINE, **kwargs: Any
    ) -> None:
        super().__init__(label, [*validators, shorter(longest)], filters=[_stripped], **kwargs)


class HiddenTextField(HiddenField):
    """One line of text that a link has brought along."""

    def __init__(self, *, longest: int = LONGEST_LINE, **kwargs: Any) -> None:
        super().__init__("", [shorter(longest)], filters=[_stripped], **kwargs)


class LongTextField(AreaField):
    """Several lines of text."""

    def __init__(
        self, label: str, validators: Sequence[Any] = (), *, longest: int = LONGEST_TEXT, **kwargs: Any
    ) -> None:
        super().__init__(label, [*validators, shorter(longest)], filters=[_stripped], **kwargs)


NO_NAMES = _l("不要写当事人姓名、证件号码和账号，以案号、凭证号指明。")
"""The hint of every field whose text is kept for good, on the trail and in audit packages."""


class RemarkField(LongTextField):
    """An opinion, a reason, an account of something, in the writer's own words; it asks him not to name anybody."""

    def __init__(self, label: str, validators: Sequence[Any] = (), *, description: Any = "", **kwargs: Any) -> None:
        super().__init__(label, validators, description=with_no_names(description), **kwargs)


def with_no_names(hint: Any) -> Any:
    """A field's own hint and, behind it, the request not to name anybody."""
    if not hint:
        return NO_NAMES
    return _l("%(hint)s不要写当事人姓名、证件号码和账号，以案号、凭证号指明。", hint=hint)


class CaseNumberField(TextField):
    """A case number as people type it; the rules of the register judge it."""


class MoneyField(Field):
    """An amount in yuan as people type it (full-width digits, thousands commas), as Money."""

    data: Any

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])[:LONGEST_LINE]
        return plain(self.data) if self.data is not None else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        try:
            self.data = parse_amount(valuelist[0])
        except AmountError as error:
            raise ValueError(gettext(error.msgid, **error.params)) from error


def _typed(sent: Sequence[str]) -> str:
    """What was typed, its full-width signs narrow; nothing when nothing was."""
    return unicodedata.normalize("NFKC", sent[0].strip()) if sent else ""


class DayField(DateField):
    """A calendar day; the browser sends 2018-03-01."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if not (typed := _typed(valuelist)):
            return
        try:
            self.data = date.fromisoformat(typed[:10])
        except ValueError as error:
            raise ValueError(gettext("日期无法识别，请按“2018-03-01”的格式填写。")) from error
        if not 1990 <= self.data.year <= 2100:
            self.data = None
            raise ValueError(gettext("日期不在1990年至2100年之间，请核对年份。"))


class TimeOfDayField(ClockField):
    """A time of day by the court's clocks, to the minute; the browser sends 07:30."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if not (typed := _typed(valuelist)):
            return
        try:
            self.data = time.fromisoformat(typed[:5])
        except ValueError as error:
            raise ValueError(gettext("时间无法识别，请按“07:30”的格式填写。")) from error


class WholeNumberField(Field):
    """A whole number from 0 to 9,999,999."""

    data: Any

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])[:LONGEST_LINE]
        return str(self.data) if self.data is not None else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        digits = unicodedata.normalize("NFKC", valuelist[0].strip())
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 7):
            raise ValueError(gettext("请填写整数，例如 3。"))
        self.data = int(digits)


class VersionField(HiddenField):
    """The version that the actor had on screen; without it nothing is decided."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        digits = valuelist[0] if valuelist else ""
        self.data = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 9 else None

    def pre_validate(self, form: Any) -> None:
        if self.data is None:
            raise StopValidation(gettext("页面内容不完整，请刷新后重新办理。"))


class ChoiceField(SelectField):
    """One of several; the view or the form brings the choices (``choices_of`` for an enum). The empty choice is
    None."""

    def pre_validate(self, form: Any) -> None:
        if not any(choice.value == (self.data or "") for choice in self.iter_choices()):
            raise ValidationError(gettext("请从列表中选择一项。"))

    def picked(self, convert: Callable[[str], Picked]) -> Picked | None:
        """What was chosen, or None for the empty choice."""
        return convert(self.data) if self.data not in (None, "", "None") else None


class MultiChoiceField(SelectMultipleField):
    """Any of several, as check boxes."""

    def pre_validate(self, form: Any) -> None:
        known = {choice.value for choice in self.iter_choices()}
        if not set(self.data or ()) <= known:
            raise ValidationError(gettext("所选内容已不在列表中，请刷新后重新选择。"))


class YesNoField(BooleanField):
    """A check box."""


class SecretField(PasswordField):
    """A password; never shown again."""


class FileField(UploadField):
    """One uploaded file; the reader of the file judges its content."""


class FilterForm(Form):
    """What a list is narrowed by: read from the address, without a token, and never in the way: a bad value narrows
    nothing. A day that somebody typed is answered for at its field."""

    class Meta:
        csrf = False

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(formdata=request.args, **kwargs)

    def read(self) -> "FilterForm":
        """Validate, and forget what is malformed."""
        if not self.validate():
            for field in self:
                if field.errors:
                    field.data, field.errors = None, field.errors if isinstance(field, DayField) else []
        return self


def choices_of(members: Iterable[enum.Enum], *, blank: str | None = None) -> list[SelectChoice]:
    """The members of an enum as choices, in the reader's language; ``blank`` is the msgid of an empty first choice."""
    first = [] if blank is None else [SelectChoice("", gettext(blank))]
    return first + [SelectChoice(str(member.value), label(member)) for member in members]


def choice(value: object, text: str) -> SelectChoice:
    """One choice of a list of records."""
    return SelectChoice(str(value), text)
