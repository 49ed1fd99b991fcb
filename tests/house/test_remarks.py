"""Who writes an opinion, a reason or a note is asked not to name anybody: it is kept for good, and a seal does not
forget."""

import inspect
from importlib import import_module

from wtforms import StringField, TextAreaField

from fundapp.core.config import ROOT
from fundapp.core.forms import NO_NAMES, FilterForm, Form, RemarkField

WRITTEN = {"reason", "opinion", "note", "purpose", "explanation"}
NAMES_DOCUMENTS = {"document", "records"}
FOR_AUDITORS_ALONE = {"NoteForm"}


def test_every_field_in_which_somebody_writes_asks_for_no_names(live_app):
    seen, silent = 0, []
    for path in sorted((ROOT / "fundapp").glob("*/forms.py")):
        for name, form in inspect.getmembers(import_module(f"fundapp.{path.parent.name}.forms"), inspect.isclass):
            if not issubclass(form, Form) or issubclass(form, FilterForm) or name in FOR_AUDITORS_ALONE:
                continue
            for key, field in vars(form).items():
                kind = getattr(field, "field_class", None)
                if (
                    kind is None
                    or key in NAMES_DOCUMENTS
                    or not issubclass(kind, TextAreaField if key not in WRITTEN else StringField)
                ):
                    continue
                seen += 1
                if kind is not RemarkField and str(NO_NAMES) not in str(field.kwargs.get("description", "")):
                    silent.append(f"{path.parent.name}.{name}.{key}")
    assert seen > 25 and not silent
