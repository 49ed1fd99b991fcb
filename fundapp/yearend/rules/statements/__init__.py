"""The shapes of the annual statements and their adding up: figures in, tables out. Pure.

Source: 会计基础工作规范 arts. 65-71; 政府会计制度 (财会〔2017〕25号) on 1218 (yearly review, write-off, 备查簿).
"""

from fundapp.yearend.rules.statements.cases import CASE_FIGURES, CASE_ITEMS, COMPARED, Counted, UpTo, cases_statement
from fundapp.yearend.rules.statements.ceremonies import (
    CEREMONY_FIGURES,
    CeremonyLine,
    CeremonyYear,
    ceremonies_statement,
)
from fundapp.yearend.rules.statements.claims import (
    AGEING_FIGURES,
    CLAIM_FIGURES,
    Ageing,
    ageing_statement,
    band,
)
from fundapp.yearend.rules.statements.sources import (
    NO_FLOWS,
    NO_YEAR,
    SOURCE_FIGURES,
    Entrusted,
    Flows,
    SourceLine,
    SourceYear,
    flows,
    sources_statement,
)
from fundapp.yearend.rules.statements.words import (
    CASE,
    COURT,
    LABELS,
    ONE_COURT,
    AgeBand,
    Courts,
    Item,
    amounts,
    counts,
    statement_period,
)
from fundapp.yearend.rules.statements.written_off import (
    WRITTEN_OFF_FIGURES,
    WRITTEN_OFF_NAMES,
    CameBack,
    WrittenOff,
    returned_to,
    written_off_statement,
)

__all__ = [
    "AGEING_FIGURES",
    "CASE",
    "CASE_FIGURES",
    "CASE_ITEMS",
    "CEREMONY_FIGURES",
    "CLAIM_FIGURES",
    "COMPARED",
    "COURT",
    "LABELS",
    "NO_FLOWS",
    "NO_YEAR",
    "ONE_COURT",
    "SOURCE_FIGURES",
    "WRITTEN_OFF_FIGURES",
    "WRITTEN_OFF_NAMES",
    "AgeBand",
    "Ageing",
    "CameBack",
    "CeremonyLine",
    "CeremonyYear",
    "Counted",
    "Courts",
    "Entrusted",
    "Flows",
    "Item",
    "SourceLine",
    "SourceYear",
    "UpTo",
    "WrittenOff",
    "ageing_statement",
    "amounts",
    "band",
    "cases_statement",
    "ceremonies_statement",
    "counts",
    "flows",
    "returned_to",
    "sources_statement",
    "statement_period",
    "written_off_statement",
]
