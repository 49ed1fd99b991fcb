"""审计监督: what an auditor does with the fund, and what the audited court answers.

He reads one payment's whole file (卷宗), draws samples that a third party can draw again, writes notes of his own, and
records findings: a finding points at records, the court's leadership answers with a measure, a person and a day,
evidence follows, and the auditor closes it or sends it back. It reads every floor below it and changes none of them.
Its neighbours above are the package of the year and the front page.
"""
