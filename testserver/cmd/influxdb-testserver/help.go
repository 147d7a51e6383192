package main

import (
	"fmt"
	"io"
	"strings"
)

// helpWidth is the width of the help.
const helpWidth = 80

const helpIntro = `influxdb-testserver is a reference server for the token APIs of InfluxDB: the
v2 API of InfluxDB OSS (2.7, 2.9, 2.10) and the v3 API of InfluxDB 3 (3.6 to
3.11). It answers as the real servers do. It is for tests: whoever reaches a port
may set the server up.

Usage:
  influxdb-testserver --v2-listen ADDR | --v3-listen ADDR [more flags]

Both servers start empty: v2 waits for its setup, v3 has no operator token. Once
everything listens, the URLs are written to standard output; the log goes to
standard error. Neither ever has a token in it.

Examples:
  # An InfluxDB 3 on its usual port. In another shell, the first call makes the
  # operator token.
  influxdb-testserver --v3-listen 127.0.0.1:8181
  curl -X POST http://127.0.0.1:8181/api/v3/configure/token/admin

  # An InfluxDB 2.7, which shows its tokens whenever they are read.
  influxdb-testserver --v2-listen 127.0.0.1:8086 --v2-version 2.7

  # A CI job: start, wait for the ready line (or for the end of a server that
  # cannot start), use it, stop it. The server ends with exit code 0.
  mkfifo ready
  influxdb-testserver --v3-listen 127.0.0.1:0 2>server.log >ready &
  read -r line <ready || { cat server.log; exit 1; }
  url=$(echo "$line" | sed 's/.*"v3_url":"\([^"]*\)".*/\1/')
  curl -X POST "$url/api/v3/configure/token/admin"
  kill $! && wait $!

  # HTTPS with a certificate of its own, which curl is told to trust.
  influxdb-testserver --v2-listen 127.0.0.1:8086 --tls-self-signed --tls-ca-out ca.pem
  curl --cacert ca.pem https://127.0.0.1:8086/health

  # A clock that only the admin endpoint moves, and a fault: the next v3 token is
  # made, but the reply gets lost.
  influxdb-testserver --v3-listen 127.0.0.1:8181 --admin-listen 127.0.0.1:8180 --clock 2026-01-01T00:00:00Z
  curl http://127.0.0.1:8180/clock/advance -d '{"by": "1h"}'
  curl http://127.0.0.1:8180/faults -d '{"op": "POST /api/v3/configure/token/admin", "times": 1, "after_run": true, "drop": true}'
  curl http://127.0.0.1:8180/requests

Every flag may also come from the environment, by the name that stands beside it;
the command line wins. A value follows its flag as --flag VALUE or --flag=VALUE; a
flag without a value is a switch, which --flag=false turns off. A misspelt flag is
an error, a misspelt variable only a warning in the log.
`

const helpEnd = `
Other:
  --version
        Print the version and exit.
  --help, -h
        Print this help and exit.

Exit codes:
  0  ended by SIGINT or SIGTERM, which let requests in flight finish for 5
     seconds (a second signal kills the server at once, as signals do, and its
     code is the shell's for that); or --help or --version
  1  failed to run, such as a port or a data file that another process has
  2  a flag, an environment variable or a file is wrong
`

// writeHelp writes the help. A failure to do so leaves nobody to tell.
func writeHelp(w io.Writer) {
	var out strings.Builder
	out.WriteString(helpIntro)
	for _, group := range flagGroups {
		_, _ = fmt.Fprintf(&out, "\n%s:\n", group.title)
		for _, spec := range group.flags {
			name := "--" + spec.name
			if spec.value != "" {
				name += " " + spec.value
			}
			_, _ = fmt.Fprintf(&out, "  %-38s %s\n", name, envName(spec.name))
			for _, line := range wrap(spec.text, helpWidth-8) {
				_, _ = fmt.Fprintf(&out, "        %s\n", line)
			}
		}
	}
	out.WriteString(helpEnd)
	_, _ = io.WriteString(w, out.String())
}

// wrap breaks a text into lines.
func wrap(text string, width int) []string {
	var lines []string
	var line string
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case len(line)+1+len(word) > width:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}
