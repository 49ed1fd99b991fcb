"""The exceptions list 疑点清单: what an auditor asks of every fund, answered from the records themselves.

Each kind is one question over the tables of the features below: money left lying, accounts that serve several people,
acts at night, acts that a rule refused. A line is a doubt to be looked into, not a verdict. Of refused acts, which the
transaction takes back whole, this feature keeps the one trace there is: an entry on the trail. From when on a doubt is
shown, each court's president issues as dated bounds 疑点关注线; the audit package takes them and the list.
"""
