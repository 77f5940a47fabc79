-- Answers about a person and about their carers go, with who the carers are, what other services told of them all, what
-- was spent for them, and the person's rows of kept returns.
CREATE OR REPLACE FUNCTION forget_person(forgotten uuid) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    records uuid[];
BEGIN
    records := ARRAY(SELECT response_id FROM response WHERE person_id = forgotten)
        || ARRAY(SELECT carer_id FROM carer WHERE person_id = forgotten);
    DELETE FROM response WHERE person_id = forgotten;
    DELETE FROM carer WHERE person_id = forgotten;
    DELETE FROM told WHERE person_id = forgotten;
    DELETE FROM payment WHERE person_id = forgotten;
    DELETE FROM spending_week WHERE person_id = forgotten;
    DELETE FROM statutory_return_person WHERE person_id = forgotten;
    DELETE FROM person WHERE person_id = forgotten;
    RETURN records;
END $$
