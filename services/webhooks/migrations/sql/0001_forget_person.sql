-- What was to be sent about a person is not sent any more, and what was sent is not kept; that it was sent, to whom and
-- when, is. What tells of the erasure itself is put in line afterwards.
CREATE FUNCTION forget_person(forgotten uuid) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE delivery
    SET body = NULL,
        state = CASE WHEN state = 'waiting' THEN 'withdrawn' ELSE state END,
        ended_at = CASE WHEN state = 'waiting' THEN clock_timestamp() ELSE ended_at END
    WHERE person_id = forgotten;
    RETURN ARRAY(SELECT delivery_id FROM delivery WHERE person_id = forgotten);
END $$
