-- The words around a budget's money: whom it was paid to, into which account, what for and why. Sums, days, ids and codes
-- stay, so that every entry still leads to what it was of. Only for a budget whose person was forgotten.
CREATE FUNCTION forget_money_words(gone uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM forgotten_budget WHERE budget_id = gone) THEN
        RAISE EXCEPTION 'nobody has erased the person of this budget' USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM payee_account AS a USING payee AS p WHERE p.payee_id = a.payee_id AND p.budget_id = gone;
    UPDATE payee SET holder_reference = NULL WHERE budget_id = gone;
    UPDATE payment_schedule SET reason = '', holder_reference = NULL WHERE budget_id = gone;
    UPDATE payment_due SET mark = NULL, reference = '', working = '[]', let_go = '[]' WHERE budget_id = gone;
    UPDATE payment_item AS i SET reasons = '[]' FROM payment_due AS d WHERE d.due_id = i.due_id AND d.budget_id = gone;
    UPDATE payment_result SET reason = '' WHERE lower(replace(end_to_end_id, '-', '')) IN (
        SELECT replace(i.payment_id::text, '-', '') FROM payment_item AS i INNER JOIN payment_due AS d USING (due_id)
        WHERE d.budget_id = gone
    );
    UPDATE payment_stop SET reason = '', lifted_because = left(lifted_because, 0) WHERE budget_id = gone;
    UPDATE recovery_step AS s SET reason = '' FROM recovery AS r WHERE r.recovery_id = s.recovery_id AND r.budget_id = gone;
    UPDATE recovery SET reason = '', appeals = '[]' WHERE budget_id = gone;
    UPDATE spend SET account = '', payee = '', reference = '', document = '', line = '{}' WHERE budget_id = gone;
    UPDATE spend_query_step AS s SET words = ''
    FROM spend_query AS q WHERE q.query_id = s.query_id AND q.council = s.council AND q.budget_id = gone;
    UPDATE spend_query SET reasons = '{}', changed_line = NULL WHERE budget_id = gone;
END $$
