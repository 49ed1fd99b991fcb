"""What those who answer for the fund look at: the front page, what waits for me, the trail of acts, the papers.

No table of its own: every figure is one function over the tables of the features below, so that a number on a page
can be traced to one place. The commands ``figures`` and ``verify`` say the same things to other programs.
"""
