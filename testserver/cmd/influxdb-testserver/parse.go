package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// envPrefix is what the environment variable of each flag begins with.
const envPrefix = "INFLUXDB_TESTSERVER_"

// What the command line asks for in place of a server.
var (
	errHelp    = errors.New("help")
	errVersion = errors.New("version")
)

// envName is the environment variable of a flag.
func envName(flag string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// given is the value of a flag and where it comes from, for errors.
type given struct{ value, source string }

// parse reads the environment and the command line, which wins. It also returns
// the environment variables that look like ours and are not.
func parse(args, environ []string) (s settings, strange []string, err error) {
	values := make(map[string]given)
	strange = readEnvironment(environ, values)
	if err := readArgs(args, values); err != nil {
		return settings{}, nil, err
	}
	s = defaults()
	for _, spec := range allFlags() {
		if v, ok := values[spec.name]; ok {
			if err := spec.set(&s, v.value); err != nil {
				return settings{}, nil, fmt.Errorf("%s: %w", v.source, err)
			}
		}
	}
	return s, strange, s.check()
}

func allFlags() []flagSpec {
	var all []flagSpec
	for _, group := range flagGroups {
		all = append(all, group.flags...)
	}
	return all
}

// readEnvironment reads the variables of all flags. An empty one counts as unset,
// since that is how many tools unset one.
func readEnvironment(environ []string, values map[string]given) (strange []string) {
	flags := make(map[string]string)
	for _, spec := range allFlags() {
		flags[envName(spec.name)] = spec.name
	}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, envPrefix) || value == "" {
			continue
		}
		if flag, ok := flags[name]; ok {
			values[flag] = given{value, name}
		} else {
			strange = append(strange, name)
		}
	}
	return strange
}

// readArgs reads --flag VALUE, --flag=VALUE and --switch. The last one of a flag
// wins.
func readArgs(args []string, values map[string]given) error {
	if slices.Contains(args, "--help") || slices.Contains(args, "-h") {
		return errHelp
	}
	if slices.Contains(args, "--version") {
		return errVersion
	}
	all := allFlags()
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if !strings.HasPrefix(arg, "--") || arg == "--" {
			if strings.HasPrefix(arg, "-") && len(arg) > 2 && arg != "--" {
				return fmt.Errorf("%s: a flag has two dashes, as in -%s", arg, arg)
			}
			if _, err := parseBool(arg); err == nil {
				return fmt.Errorf("unexpected argument %q: a switch takes its value behind an equals sign, as in --v2-hashed-tokens=%s", arg, arg)
			}
			return fmt.Errorf("unexpected argument %q: there are only flags", arg)
		}
		name, value, hasValue := strings.Cut(arg[2:], "=")
		i := slices.IndexFunc(all, func(spec flagSpec) bool { return spec.name == name })
		switch {
		case i < 0:
			return fmt.Errorf("unknown flag --%s", name)
		case hasValue && value == "":
			return fmt.Errorf("--%s: the value is empty", name)
		case hasValue:
		case all[i].value == "":
			value = "true"
		case len(args) == 0 || args[0] == "" || strings.HasPrefix(args[0], "--"):
			return fmt.Errorf("--%s needs a value: --%s %s", name, name, all[i].value)
		default:
			value, args = args[0], args[1:]
		}
		values[name] = given{value, "--" + name}
	}
	return nil
}

// check finds fault with what no flag can see by itself.
func (s settings) check() error {
	if l := s.listen; l.V2 == "" && l.V3 == "" && l.V3Recovery == "" {
		return errors.New("nothing to serve: give at least one of --v2-listen, --v3-listen and --v3-recovery-listen, such as --v3-listen 127.0.0.1:0")
	}
	for _, l := range s.listeners() {
		if l.addr == "" {
			continue
		}
		if err := checkAddress(l.addr, l.flag == adminFlag, s.allowNonLoopback); err != nil {
			return fmt.Errorf("%s: %w", l.flag, err)
		}
	}
	switch {
	case s.v2HashedTokens != nil && *s.v2HashedTokens && strings.HasPrefix(s.v2Version, "2.7"):
		return errors.New("--v2-hashed-tokens: InfluxDB 2.7 keeps no hashes of tokens: use 2.9 or 2.10")
	case (s.tlsCert == "") != (s.tlsKey == ""):
		return errors.New("--tls-cert and --tls-key need each other")
	case s.tlsCert != "" && s.tlsSelfSigned:
		return errors.New("--tls-self-signed makes a certificate: leave out --tls-cert and --tls-key")
	case !s.tlsSelfSigned && s.tlsCAOut != "":
		return errors.New("--tls-ca-out needs --tls-self-signed")
	case !s.tlsSelfSigned && len(s.tlsHosts) > 0:
		return errors.New("--tls-hosts needs --tls-self-signed")
	}
	return nil
}

// adminFlag is the flag of the one address that is never public.
const adminFlag = "--admin-listen"

// listeners pairs the flags of the addresses with their values.
func (s settings) listeners() []struct{ flag, addr string } {
	return []struct{ flag, addr string }{
		{"--v2-listen", s.listen.V2},
		{"--v3-listen", s.listen.V3},
		{"--v3-recovery-listen", s.listen.V3Recovery},
		{adminFlag, s.listen.Admin},
	}
}

// options turns the settings into those of the library. It reads the files that
// the library does not read by itself.
func (s settings) options() ([]testserver.Option, error) {
	opts := []testserver.Option{
		testserver.WithV2Version(s.v2Version),
		testserver.WithV3Version(s.v3Version),
		testserver.WithV3Edition(s.v3Edition),
		testserver.WithJournalLimit(s.journalLimit),
	}
	add := func(wanted bool, opt func() testserver.Option) {
		if wanted {
			opts = append(opts, opt())
		}
	}
	add(s.v2HashedTokens != nil, func() testserver.Option { return testserver.WithV2HashedTokens(*s.v2HashedTokens) })
	add(s.v2StrongPasswords, testserver.WithV2StrongPasswords)
	add(s.v2Starting, testserver.WithV2Starting)
	add(s.v3WithoutAuth, testserver.WithV3WithoutAuth)
	add(len(s.v3DisableAuthz) > 0, func() testserver.Option { return testserver.WithV3DisableAuthz(s.v3DisableAuthz...) })
	add(s.v3AdminTokenFile != "", func() testserver.Option { return testserver.WithV3AdminTokenFile(s.v3AdminTokenFile) })
	add(s.v3MaxRequestSize > 0, func() testserver.Option { return testserver.WithV3MaxRequestSize(s.v3MaxRequestSize) })
	add(len(s.v3Databases) > 0, func() testserver.Option { return testserver.WithV3Databases(s.v3Databases...) })
	add(s.v3PermissionTokens != "", func() testserver.Option { return testserver.WithV3PermissionTokensFile(s.v3PermissionTokens) })
	add(s.v3LegacyOperatorPath, testserver.WithV3LegacyOperatorPath)
	add(s.data != "", func() testserver.Option { return testserver.WithDataFile(s.data) })
	add(s.seed != nil, func() testserver.Option { return testserver.WithSeed(*s.seed) })
	add(s.clock != nil, func() testserver.Option { return testserver.WithClock(testserver.NewFakeClock(*s.clock)) })
	add(s.tlsSelfSigned, func() testserver.Option { return testserver.WithSelfSignedTLS(s.tlsHosts...) })
	fromFiles, err := s.fileOptions()
	return append(opts, fromFiles...), err
}
