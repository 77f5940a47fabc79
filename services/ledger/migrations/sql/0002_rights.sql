-- Who may do what. The application looks at its council's rows and posts by the functions; nobody else writes.

GRANT SELECT ON
stream, account, journal_entry, journal_leg, journal_block, chain_head, account_day, commitment, period_lock, fund,
fund_version, fund_rule
TO ledger_app;
GRANT INSERT ON fund, fund_version TO ledger_app;
GRANT UPDATE (award_version, closed_on, closed_by_version) ON fund TO ledger_app;
GRANT INSERT (council, locked_until, locked_by, reason) ON period_lock TO ledger_app;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM public;
GRANT EXECUTE ON FUNCTION
post_entries, open_accounts, keep_fund_rules, close_account, balance_as_of, acting_council, refusals, entry_digest,
leg_bytes, commitment_bytes, account_bytes, block_link, legs_recorded_up_to, last_sequence_before
TO ledger_app;

-- The functions run as the owner, whom row-level security is forced upon: it sees what the acting council may see.
-- The setting is read once a statement, not once a row.
DO $$
DECLARE
    guarded text;
    own constant text := 'council = (SELECT current_setting(''braid.council'', true))';
BEGIN
    FOREACH guarded IN ARRAY ARRAY[
        'account', 'journal_entry', 'journal_leg', 'journal_block', 'chain_head', 'account_day', 'commitment',
        'period_lock', 'fund', 'fund_version'
    ]
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format(
            'CREATE POLICY own_council ON %I TO ledger_app, ledger_owner USING (%s) WITH CHECK (%s)', guarded, own, own
        );
    END LOOP;
END $$;

-- Operations may see whose journals there are, to have them all proved, and nothing of what is in them.
GRANT SELECT (council) ON chain_head TO ledger_ops;
CREATE POLICY whose_there_are ON chain_head FOR SELECT TO ledger_ops USING (true);
