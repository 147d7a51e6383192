#!/bin/sh
# Stands in for the reference server, which then runs in the test: it writes the
# ready line from the file beside it and waits for its end.
cat "$(dirname "$0")/ready"
exec sleep 600
