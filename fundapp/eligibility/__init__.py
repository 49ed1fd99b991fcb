"""Whether a case may be advanced: the terms in force, and the assessment of a case and creditor against them.

Terms are dated policy issued by the president, each criterion with the document it stands on; a new issue never changes
an old assessment. An assessment answers every criterion at once with fact, verdict and reason, kept with its terms.
Whether a creditor was advanced before is asked of the floor above through a register that ``advances`` names here.
"""
