-- Debits less credits of an account, in pence: what is valued on or before `for_date` and was recorded at or before
-- `known_at`. A council's own account has legs by the million. Where none of them is valued later than `for_date`, its
-- balance is that of the last leg that was recorded by then. Otherwise whole days of recording come from its sums by
-- day, and only the legs of a day that was not over are looked at one by one.
CREATE OR REPLACE FUNCTION balance_as_of(asked integer, for_date date, known_at timestamp with time zone)
RETURNS bigint LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    acting constant text := acting_council();
    known_day date := (known_at AT TIME ZONE 'UTC')::date;
    known_sequence bigint;
    after_leg integer := 0;
    pence bigint := 0;
BEGIN
    IF known_at >= (SELECT h.recorded_at FROM chain_head AS h WHERE h.council = acting) THEN
        known_day := 'infinity';
    END IF;
    known_sequence := last_sequence_before(acting, known_at + interval '1 microsecond');
    IF (SELECT a.fund_id IS NULL FROM account AS a WHERE a.account_id = asked) THEN
        IF NOT EXISTS (SELECT FROM account_day AS d WHERE d.account_id = asked AND d.value_date > for_date) THEN
            RETURN coalesce((
                SELECT l.balance_pence FROM journal_leg AS l
                WHERE l.account_id = asked AND l.number = legs_recorded_up_to(asked, known_sequence)
            ), 0);
        END IF;
        SELECT coalesce(sum(d.pence), 0) INTO pence
        FROM account_day AS d
        WHERE d.account_id = asked AND d.value_date <= for_date AND d.recorded_on < known_day;
        IF known_day = 'infinity' THEN
            RETURN pence;
        END IF;
        after_leg := legs_recorded_up_to(asked, last_sequence_before(acting, known_day::timestamp AT TIME ZONE 'UTC'));
    END IF;
    RETURN pence + (
        SELECT coalesce(sum(l.amount_pence), 0)
        FROM journal_leg AS l
        WHERE l.account_id = asked AND l.number > after_leg
            AND l.number <= legs_recorded_up_to(asked, known_sequence) AND l.value_date <= for_date
    );
END $$;
