-- What a person's plan said goes at once: no account rests on it. What an item was for and cost stays, with its id.
-- The words around the money that was paid go later, by forget_money_words.
CREATE FUNCTION forget_person(forgotten uuid) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    gone uuid := (SELECT budget_id FROM budget WHERE person_id = forgotten);
BEGIN
    UPDATE planned_item SET text = use, payees = '{}', reference_words = '{}', payee_facts = '{}'
    WHERE budget_id = gone;
    DELETE FROM plan_holding WHERE budget_id = gone;
    DELETE FROM approved_plan WHERE budget_id = gone;
    DELETE FROM payment_matter WHERE budget_id = gone;
    UPDATE budget_alert SET text = '' WHERE budget_id = gone;
    RETURN ARRAY(
        SELECT gone WHERE gone IS NOT NULL
        UNION SELECT fund_id FROM fund WHERE budget_id = gone
        UNION SELECT payee_id FROM payee WHERE budget_id = gone
        UNION SELECT schedule_id FROM payment_schedule WHERE budget_id = gone
        UNION SELECT due_id FROM payment_due WHERE budget_id = gone
        UNION SELECT stop_id FROM payment_stop WHERE budget_id = gone
        UNION SELECT recovery_id FROM recovery WHERE budget_id = gone
        UNION SELECT item_id FROM planned_item WHERE budget_id = gone
        UNION SELECT spend_id FROM spend WHERE budget_id = gone
        UNION SELECT query_id FROM spend_query WHERE budget_id = gone
    );
END $$
