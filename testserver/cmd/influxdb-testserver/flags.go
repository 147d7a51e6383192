package main

import (
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// The formats of the ready line and of the log.
const (
	formatJSON = "json"
	formatText = "text"
)

// settings is what the command line and the environment say. A pointer is nil
// for the default of the library.
type settings struct {
	listen           testserver.Listen
	allowNonLoopback bool

	v2Version         string
	v2HashedTokens    *bool
	v2StrongPasswords bool
	v2Starting        bool

	v3Version            string
	v3Edition            string
	v3WithoutAuth        bool
	v3DisableAuthz       []string
	v3AdminTokenFile     string
	v3MaxRequestSize     int64
	v3Databases          []string
	v3PermissionTokens   string
	v3LegacyOperatorPath bool

	data         string
	seed         *uint64
	clock        *time.Time
	journalLimit int
	faults       string

	tlsCert, tlsKey string
	tlsSelfSigned   bool
	tlsHosts        []string
	tlsCAOut        string

	logLevel    slog.Level
	logFormat   string
	readyFormat string
}

func defaults() settings {
	return settings{
		v2Version: "2.10", v3Version: "3.10", v3Edition: "core",
		journalLimit: 10_000, logFormat: formatJSON, readyFormat: formatJSON,
	}
}

// flagSpec is one flag.
type flagSpec struct {
	name string
	// value stands for the value in the help; a switch has none, and may be given
	// without a value.
	value string
	text  string
	set   func(s *settings, value string) error
}

// flagGroup is a heading of the help with its flags.
type flagGroup struct {
	title string
	flags []flagSpec
}

// flagGroups lists all flags but --help and --version.
var flagGroups = []flagGroup{
	{"Listeners, of which one of the first three is needed; ADDR is HOST:PORT, and port 0 takes a free one", []flagSpec{
		{"v2-listen", "ADDR", "Address of the InfluxDB v2 API, such as 127.0.0.1:8086.",
			text(func(s *settings) *string { return &s.listen.V2 })},
		{"v3-listen", "ADDR", "Address of the InfluxDB 3 API, such as 127.0.0.1:8181.",
			text(func(s *settings) *string { return &s.listen.V3 })},
		{"v3-recovery-listen", "ADDR", "Address of InfluxDB 3's endpoint for the recovery of the operator token, such as 127.0.0.1:8182.",
			text(func(s *settings) *string { return &s.listen.V3Recovery })},
		{"admin-listen", "ADDR", "Address of the admin endpoint of this server: GET /routes, /faults, /requests, /tokens, /clock; POST /faults, /changes, /clock/advance; DELETE /faults, /faults/{id}, /requests. Always plain HTTP and always a loopback address.",
			text(func(s *settings) *string { return &s.listen.Admin })},
		{"allow-non-loopback", "", "Listen also on addresses that other machines reach, apart from the admin endpoint.",
			toggle(func(s *settings) *bool { return &s.allowNonLoopback })},
	}},
	{"InfluxDB v2", []flagSpec{
		{"v2-version", "VERSION", "2.7, 2.9 or 2.10. Default: 2.10.",
			text(func(s *settings) *string { return &s.v2Version })},
		{"v2-hashed-tokens", "", "Keep only hashes of tokens, so that reading one shows none. Default: true since 2.9.",
			func(s *settings, value string) error {
				hashed, err := parseBool(value)
				s.v2HashedTokens = &hashed
				return err
			}},
		{"v2-strong-passwords", "", "Refuse weak passwords.",
			toggle(func(s *settings) *bool { return &s.v2StrongPasswords })},
		{"v2-starting", "", "Answer as a server that has not finished its start, until the admin endpoint gets POST /changes {\"v2_ready\": true}.",
			toggle(func(s *settings) *bool { return &s.v2Starting })},
	}},
	{"InfluxDB 3", []flagSpec{
		{"v3-version", "VERSION", "3.6 to 3.11, or one of their patch releases. Default: 3.10.",
			text(func(s *settings) *string { return &s.v3Version })},
		{"v3-edition", "EDITION", "core or enterprise, which has resource tokens. Default: core.",
			text(func(s *settings) *string { return &s.v3Edition })},
		{"v3-without-auth", "", "Start without authentication.",
			toggle(func(s *settings) *bool { return &s.v3WithoutAuth })},
		{"v3-disable-authz", "LIST", "Paths that need no token, separated by commas: health, ping, metrics, ready, pprof, node_stop.",
			list(func(s *settings) *[]string { return &s.v3DisableAuthz })},
		{"v3-admin-token-file", "FILE", "Add the token in FILE, an offline admin token file.",
			text(func(s *settings) *string { return &s.v3AdminTokenFile })},
		{"v3-databases", "LIST", "Databases that exist from the start, separated by commas.",
			list(func(s *settings) *[]string { return &s.v3Databases })},
		{"v3-permission-tokens-file", "FILE", "Enterprise: add the databases and resource tokens in FILE, a permission tokens file.",
			text(func(s *settings) *string { return &s.v3PermissionTokens })},
		{"v3-legacy-operator-path", "", "Enterprise: serve the operator token at /api/v3/enterprise/configure/token/admin, as older documentation has it.",
			toggle(func(s *settings) *bool { return &s.v3LegacyOperatorPath })},
		{"v3-max-request-size", "BYTES", "The largest body of a request. Default: 10485760.",
			func(s *settings, value string) (err error) {
				if s.v3MaxRequestSize, err = strconv.ParseInt(value, 10, 64); err != nil || s.v3MaxRequestSize <= 0 {
					return fmt.Errorf("%q is not a number of bytes", value)
				}
				return nil
			}},
	}},
	{"State, time and chance", []flagSpec{
		{"data", "FILE", "Keep the state in FILE, which is made when there is none; both products share it, and --v2-version and --v2-hashed-tokens count for it even without --v2-listen. Default: everything is in memory.",
			text(func(s *settings) *string { return &s.data })},
		{"seed", "NUMBER", "Make every secret and random ID follow from NUMBER, for reproducible runs. Default: real randomness.",
			func(s *settings, value string) error {
				seed, err := strconv.ParseUint(value, 10, 64)
				if err != nil {
					return fmt.Errorf("%q is not a number from 0 to 18446744073709551615", value)
				}
				s.seed = &seed
				return nil
			}},
		{"clock", "TIME", "Start at TIME, such as 2026-01-02T15:04:05Z, and stand still until the admin endpoint moves the clock; its zone is that of the v2 server. Default: the system's clock.",
			func(s *settings, value string) error {
				at, err := time.Parse(time.RFC3339Nano, value)
				if err != nil {
					return fmt.Errorf("%q is not a time such as 2026-01-02T15:04:05Z", value)
				}
				s.clock = &at
				return nil
			}},
		{"journal-limit", "NUMBER", "Remember so many requests for the admin endpoint; 0 for none. Default: 10000.",
			func(s *settings, value string) (err error) {
				if s.journalLimit, err = strconv.Atoi(value); err != nil || s.journalLimit < 0 {
					return fmt.Errorf("%q is not a number of requests", value)
				}
				return nil
			}},
	}},
	{"TLS, for every listener but the admin endpoint", []flagSpec{
		{"tls-cert", "FILE", "The certificate, with its chain, in PEM.",
			text(func(s *settings) *string { return &s.tlsCert })},
		{"tls-key", "FILE", "The key of the certificate, in PEM.",
			text(func(s *settings) *string { return &s.tlsKey })},
		{"tls-self-signed", "", "Make a certificate for localhost, 127.0.0.1 and ::1 at every start.",
			toggle(func(s *settings) *bool { return &s.tlsSelfSigned })},
		{"tls-hosts", "LIST", "More names and IP addresses for the certificate of --tls-self-signed, separated by commas.",
			list(func(s *settings) *[]string { return &s.tlsHosts })},
		{"tls-ca-out", "FILE", "Write the certificate to trust under --tls-self-signed to FILE, in PEM.",
			text(func(s *settings) *string { return &s.tlsCAOut })},
	}},
	{"Faults", []flagSpec{
		{"faults", "FILE", `Inject the faults in FILE, a JSON array such as [{"op": "POST /api/v2/authorizations", "times": 1, "status": 503}]. The fields: face, op, skip, times, status, header, body, redirect, delay, after_run, drop, truncate, spoil (garbage, wrong_hash), before (a change).`,
			text(func(s *settings) *string { return &s.faults })},
	}},
	{"Output", []flagSpec{
		{"ready-format", "FORMAT", "What to write on standard output once everything listens: json, one line such as {\"v2_url\":\"http://127.0.0.1:8086\",\"version\":\"1.0.0\"}, with v3_url, v3_recovery_url and admin_url as well if they listen; or text, a line NAME URL for each and then \"ready VERSION\". Default: json.",
			choice(func(s *settings) *string { return &s.readyFormat }, formatJSON, formatText)},
		{"log-format", "FORMAT", "Format of the log on standard error: json or text. Default: json.",
			choice(func(s *settings) *string { return &s.logFormat }, formatJSON, formatText)},
		{"log-level", "LEVEL", "debug, info, warn or error; requests are info. Default: info.",
			func(s *settings, value string) error {
				levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
				level, ok := levels[value]
				if !ok {
					return fmt.Errorf("unknown level %q: use debug, info, warn or error", value)
				}
				s.logLevel = level
				return nil
			}},
	}},
}

func text(field func(*settings) *string) func(*settings, string) error {
	return func(s *settings, value string) error {
		*field(s) = value
		return nil
	}
}

func toggle(field func(*settings) *bool) func(*settings, string) error {
	return func(s *settings, value string) (err error) {
		*field(s), err = parseBool(value)
		return err
	}
}

func parseBool(value string) (bool, error) {
	on, err := strconv.ParseBool(value)
	if err != nil {
		return false, fmt.Errorf("%q is neither true nor false", value)
	}
	return on, nil
}

func list(field func(*settings) *[]string) func(*settings, string) error {
	return func(s *settings, value string) error {
		items := strings.Split(value, ",")
		for i, item := range items {
			if items[i] = strings.TrimSpace(item); items[i] == "" {
				return fmt.Errorf("%q is not a list such as a,b", value)
			}
		}
		*field(s) = items
		return nil
	}
}

func choice(field func(*settings) *string, allowed ...string) func(*settings, string) error {
	return func(s *settings, value string) error {
		if !slices.Contains(allowed, value) {
			return fmt.Errorf("unknown format %q: use %s", value, strings.Join(allowed, " or "))
		}
		*field(s) = value
		return nil
	}
}
