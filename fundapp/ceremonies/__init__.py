"""Payout ceremonies 执行兑现大会: the public event at which advances and case money are handed out.

Planned with place and day by the finance clerk; its list takes approved advances and approved payouts of case money;
the vice president freezes it, which ends changes. On the day the cash of the list is drawn, payees sign in with
checked identity and are paid by transfer or in cash before two staff, witnesses are recorded. What was not paid goes
back to where it came from: by transfer at once, in cash when the finance reviewer closes the ceremony with the cash
counted. Cash drawn = delivered + returned, or it does not close. A ceremony replaces no approval: those stand in
advances and custody.
"""
