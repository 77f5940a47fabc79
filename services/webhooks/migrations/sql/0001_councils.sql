-- Names councils and nobody: whoever sends must know for which of them something is to be done.
CREATE FUNCTION councils_with_webhooks_due(at timestamptz) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT DISTINCT council FROM delivery WHERE state = 'waiting' AND due_at <= at
$$;
CREATE FUNCTION councils_with_webhooks() RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT DISTINCT council FROM subscription
$$
