#!/bin/sh
# Makes the data where they are not there yet, with the superuser's password, and becomes the server.
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    mkdir -p "$PGDATA"
    printf '%s\n' "${POSTGRES_PASSWORD:?}" > /tmp/password
    initdb --pgdata="$PGDATA" --username=postgres --pwfile=/tmp/password --encoding=UTF8 --locale=C.UTF-8 \
        --auth-local=trust --auth-host=scram-sha-256
    rm /tmp/password
    printf '%s\n' 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
fi
exec "$@" -c "listen_addresses=*" -c unix_socket_directories=/var/run/postgresql
