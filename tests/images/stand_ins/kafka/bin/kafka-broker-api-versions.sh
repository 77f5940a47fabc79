#!/usr/bin/python3
"""Ends well when the broker answers what versions of its API it has; takes ``--bootstrap-server HOST:PORT``.

Spoken by hand: Kafka's own tool is not among the archives that the suite has.
"""

import socket
import struct
import sys

API_VERSIONS, FIRST_VERSION, CORRELATION, NO_CLIENT = 18, 0, 1, -1

host, _, port = sys.argv[sys.argv.index("--bootstrap-server") + 1].rpartition(":")
request = struct.pack(">hhih", API_VERSIONS, FIRST_VERSION, CORRELATION, NO_CLIENT)
with socket.create_connection((host, int(port)), timeout=5) as connection, connection.makefile("rwb") as stream:
    stream.write(struct.pack(">i", len(request)) + request)
    stream.flush()
    _size, _correlation, error, count = struct.unpack(">iihi", stream.read(14))
sys.exit(0 if error == 0 and count > 0 else f"the broker answered with error {error} and {count} versions")
