"""What a person's means allow a council to charge, in two eras by date alone.

    income counted + income from capital - housing costs - disability-related costs - protected income

times the council's percentage, never below nothing, never above the cost of the support or the council's limit.

A module a part of the sum: `capital`, `income`, `costs`, `protected_income`; `assessment` puts them together for
support at home, `care_home` for a stay in a care home; `free_support` says what is charged to nobody; `same_income`
says where other streams charge the same income; `needed_facts` says which facts the sum needs.

Source:
    Fairer Charging guidance (S53, S54, S60) until 31 March 2015; Care Act 2014 ss. 14 and 17 and SI 2014/2672 (S41 to
    S44) from then on.
"""
