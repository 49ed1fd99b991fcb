"""What auditing adds to the audit package: samples, findings and their steps; of notes only that they were written."""

import csv
import io
from datetime import date, timedelta

from fundapp.core import clock
from fundapp.core.digests import digest_of
from tests.builders.auditing import a_finding, a_note, a_population, a_sample, answered, proved, put_right
from tests.builders.people import COURT
from tests.builders.yearend import a_package, unpacked, verified

TODAY = date(2018, 12, 20)


def rows(files: dict[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[f"csv/{name}.csv"].decode("utf-8-sig"))))


def test_a_package_holds_samples_and_findings_and_of_notes_the_digest(app, tmp_path):
    with clock.at(TODAY):
        one, *_others = a_population("3000.00", "4000.00", "5000.00")
        sample = a_sample(purpose="年末抽查")
        finding = put_right(proved(answered(a_finding(one.cited, due_on=TODAY + timedelta(days=5)))))
        note = a_note(one.subject, "与对账单核对，金额相符")
        kept = (sample.digest, sample.item_count, [item.subject for item in sample.items], finding.cited, note.text)
    data = a_package(tmp_path)
    assert any("表间勾稽" in told for told in verified(data)), "the checker came to its end"
    files = unpacked(data)
    digest, count, subjects, cited, text = kept
    [drawn] = rows(files, "samples")
    assert (drawn["digest"], drawn["seed"], drawn["item_count"]) == (digest, "2018", str(count))
    assert [(row["place"], row["record"]) for row in rows(files, "sample_items")] == [
        (str(place), subject) for place, subject in enumerate(subjects, 1)
    ]
    [found] = rows(files, "findings")
    assert (found["number"], found["court_code"], found["records"]) == (cited, COURT, one.subject)
    assert [row["kind"] for row in rows(files, "finding_steps")] == ["measure", "evidence", "closed"]
    [noted] = rows(files, "notes")
    assert (noted["record"], noted["digest"]) == (one.subject, digest_of([text]))
    assert not [name for name, content in files.items() if name.startswith("csv/") and text.encode() in content]
