-- What a person told, every decision on it with its trace, and what partner agencies told of them go: the money that was
-- awarded is the ledger's to keep.
CREATE FUNCTION forget_person(forgotten uuid) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    records uuid[];
BEGIN
    records := ARRAY(
        SELECT award_id FROM award WHERE person_id = forgotten
        UNION SELECT assessment_id FROM case_facts WHERE person_id = forgotten AND assessment_id IS NOT NULL
    );
    DELETE FROM partner_decision WHERE person_id = forgotten;
    DELETE FROM award WHERE person_id = forgotten;
    DELETE FROM case_facts WHERE person_id = forgotten;
    RETURN records;
END $$
