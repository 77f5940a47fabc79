"""How the ledger's tables move with a council: the chain's own bytes stay as they are, and so does its proof.

The chain holds the numbers of accounts, and where the council arrives other councils' accounts have those numbers. So
all of the council's lie there above their numbers by one distance, which `chain_head.accounts_from` keeps.
"""

from braid.kit.moving.declared import KeptNumbers, Moving, Translated

_DISTANCE = "coalesce((SELECT h.accounts_from FROM chain_head AS h WHERE h.council = t.council), 0)"
_IN_THE_CHAIN = f"t.account_id - {_DISTANCE}"
_HERE = "t.account_id + {distance}"
#: Streams are numbered by each installation for itself; the archive names them by their codes.
_BY_CODE = "(SELECT s.code FROM stream AS s WHERE s.stream_id = t.stream_id)"
_BY_NUMBER = "(SELECT s.stream_id FROM stream AS s WHERE s.code = t.stream_id)"

MOVING = Moving(
    stays={"stream": "the installation's own numbers of streams, whose codes its accounts carry"},
    after={
        # The trigger that holds legs to their balance looks for their entries, and takes none once the chain has them.
        "journal_leg": ("journal_entry", "account"),
        "account_day": ("account",),
        "commitment": ("account",),
        "chain_head": ("account", "journal_entry", "journal_leg", "journal_block"),
    },
    # Legs lie in the order of their entries, by which the index over their pages finds them.
    order={"journal_leg": ("sequence", "account_id")},
    kept_numbers=KeptNumbers("account", "account_id"),
    made_ready={
        "account": "INSERT INTO stream (code) SELECT DISTINCT t.stream FROM arriving AS t"
        " WHERE NOT EXISTS (SELECT FROM stream AS s WHERE s.code = t.stream) ORDER BY 1 ON CONFLICT DO NOTHING"
    },
    translated=(
        *(
            Translated(table, "account_id", _IN_THE_CHAIN, _HERE)
            for table in ("account", "account_day", "commitment", "journal_leg")
        ),
        *(Translated(table, "stream_id", _BY_CODE, _BY_NUMBER, "text") for table in ("account", "journal_leg")),
        # Of a council that has moved before, the archive still has the numbers of its chain.
        Translated("chain_head", "accounts_from", "0", "{distance}"),
    ),
)
