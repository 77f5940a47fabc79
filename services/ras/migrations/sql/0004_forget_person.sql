-- A person's figures and what they were worked out from go. So do the files of ended scenarios that were tried on the
-- council's own people, which have a line a person; what came out of them all together stays.
CREATE FUNCTION forget_person(forgotten uuid) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    records uuid[];
BEGIN
    records := ARRAY(
        SELECT allocation_id FROM allocation WHERE person_id = forgotten
        UNION SELECT assessment_id FROM allocation WHERE person_id = forgotten
        UNION SELECT settlement_id FROM settlement WHERE person_id = forgotten
    );
    DELETE FROM settlement WHERE person_id = forgotten;
    DELETE FROM allocation WHERE person_id = forgotten;
    DELETE FROM scenario_file AS f USING scenario AS s
    WHERE s.scenario_id = f.scenario_id AND s.people_form = 'stored' AND s.status IN ('done', 'failed');
    RETURN records;
END $$
