-- Plans in people's own words, with every version, go; and all that hangs on them. The ids of items stay with nothing but
-- the person's id beside them: the ledger keeps items by them, and nobody else may have one of the same.
CREATE FUNCTION forget_person(forgotten uuid) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    plans uuid[];
    records uuid[];
BEGIN
    plans := ARRAY(SELECT plan_id FROM plan WHERE person_id = forgotten);
    records := plans || ARRAY(SELECT review_id FROM review WHERE person_id = forgotten);
    DELETE FROM timer WHERE person_id = forgotten;
    DELETE FROM review WHERE person_id = forgotten;
    DELETE FROM holding_change WHERE plan_id = ANY (plans);
    DELETE FROM plan_change WHERE plan_id = ANY (plans);
    DELETE FROM plan WHERE person_id = forgotten;
    DELETE FROM involvement WHERE person_id = forgotten;
    DELETE FROM agreed_needs WHERE person_id = forgotten;
    DELETE FROM award WHERE person_id = forgotten;
    DELETE FROM progress WHERE person_id = forgotten;
    RETURN records;
END $$
