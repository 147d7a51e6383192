package apiv3

import (
	"strconv"
	"strings"
)

// defaultVersion is the version that an empty Config imitates.
const defaultVersion = "3.10.0"

// version is a parsed product version.
type version struct {
	text         string
	major, minor int
}

// parseVersion reads "3.10", "3.10.0" or "3.10.0-nightly"; anything else is the
// default version, because New cannot refuse its configuration.
func parseVersion(s string) version {
	core, _, _ := strings.Cut(s, "-")
	parts := strings.Split(core, ".")
	if len(parts) != 2 && len(parts) != 3 {
		return parseVersion(defaultVersion)
	}
	numbers := make([]int, len(parts))
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil {
			return parseVersion(defaultVersion)
		}
		numbers[i] = n
	}
	if len(parts) == 2 {
		s += ".0"
	}
	return version{text: s, major: numbers[0], minor: numbers[1]}
}

// since reports whether the version is 3.minor.0 or later.
func (v version) since(minor int) bool {
	return v.major > 3 || v.major == 3 && v.minor >= minor
}
