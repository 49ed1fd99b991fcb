"""The shape of what the account pages may send."""

from flask_babel import lazy_gettext as _l

from fundapp.core.forms import ChoiceField, FilterForm, Form, SecretField, TextField, required
from fundapp.core.words import N_


class SignInForm(Form):
    """Name and password."""

    username = TextField(
        _l("登录名"), [required(N_("请填写登录名。"))], longest=40, render_kw={"autocomplete": "username"}
    )
    password = SecretField(
        _l("密码"), [required(N_("请填写密码。"))], render_kw={"autocomplete": "current-password", "maxlength": 128}
    )


class PasswordForm(Form):
    """One's own password, old and new."""

    old = SecretField(
        _l("原密码"), [required(N_("请填写原密码。"))], render_kw={"autocomplete": "current-password", "maxlength": 128}
    )
    new = SecretField(
        _l("新密码"),
        [required(N_("请填写新密码。"))],
        description=_l("12至128位，含大写字母、小写字母、数字、符号中的至少三类。"),
        render_kw={"autocomplete": "new-password", "maxlength": 128},
    )
    repeated = SecretField(
        _l("再次输入新密码"),
        [required(N_("请再次输入新密码。"))],
        render_kw={"autocomplete": "new-password", "maxlength": 128},
    )


class CreateForm(Form):
    """A new account."""

    username = TextField(
        _l("登录名"),
        [required(N_("请填写登录名。"))],
        longest=40,
        description=_l("小写字母、数字、点、横线或下划线，例如 zhang.san。"),
    )
    name = TextField(_l("姓名"), [required(N_("请填写姓名。"))], longest=60)


class GrantForm(Form):
    """A role to give."""

    role = ChoiceField(_l("角色"))


class UserFilter(FilterForm):
    """What the list of accounts is narrowed by."""

    name = TextField(_l("姓名或登录名"), longest=60)
    role = ChoiceField(_l("角色"))
