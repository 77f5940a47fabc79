"""Which money may pay for what, and why not: the one rule behind plan check, commitments and attribution of spend.

Items and funds go in, who pays what and the reasons come out, in whole pence, the same for the same input in whatever
order it comes. Read ``plan`` for what goes in, ``funding`` for how it is decided, ``verdicts`` for what is told.
"""
