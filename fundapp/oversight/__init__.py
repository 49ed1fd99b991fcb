"""What those who answer for the fund look at: the front page, what waits for me, the trail of acts, the papers.

Every figure is one function over the tables of the features below, so that a number on a page can be traced to one
place. Its own tables hold what watches over the others: the anchor sheets handed out and what each verification found.
The commands ``figures``, ``verify`` and ``anchor`` say the same things to other programs, and ``nightly`` does them by
itself.
"""
