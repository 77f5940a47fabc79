-- What holds for everybody, the owner too. Statement-level triggers over what a statement brought cost next to nothing;
-- a deferred trigger a row costs half of all postings.

CREATE OR REPLACE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only: correct it by a reversal' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION legs_must_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    span record;
BEGIN
    IF EXISTS (SELECT FROM brought GROUP BY council, sequence, stream_id HAVING sum(amount_pence) <> 0) THEN
        RAISE EXCEPTION 'the legs of an entry do not balance within each stream' USING ERRCODE = 'check_violation';
    END IF;
    FOR span IN
        SELECT council, min(sequence) AS first, max(sequence) AS last FROM brought GROUP BY council
    LOOP
        IF (SELECT max(e.sequence) FROM journal_entry AS e WHERE e.council = span.council) < span.last IS NOT false THEN
            RAISE EXCEPTION 'a leg belongs to no entry' USING ERRCODE = 'foreign_key_violation';
        END IF;
        IF span.first <= (SELECT h.sequence FROM chain_head AS h WHERE h.council = span.council) THEN
            RAISE EXCEPTION 'an entry takes no legs after it was recorded' USING ERRCODE = 'insufficient_privilege';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE TRIGGER balanced AFTER INSERT ON journal_leg REFERENCING NEW TABLE AS brought
FOR EACH STATEMENT EXECUTE FUNCTION legs_must_balance();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_entry
FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_leg
FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_block
FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON period_lock
FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON fund_version
FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only();
