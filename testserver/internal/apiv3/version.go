package apiv3

import (
	"fmt"
	"regexp"
	"strconv"
)

// versionForm is what a version looks like: no leading zeros, and maybe the
// suffix of a build that is no release.
var versionForm = regexp.MustCompile(`^3\.(0|[1-9][0-9]{0,3})(?:\.(0|[1-9][0-9]{0,3})(-[0-9A-Za-z.-]{1,40})?)?$`)

// The releases that this package imitates, by their minor version.
const (
	oldestMinor  = 6
	newestMinor  = 11
	defaultMinor = 10
)

// Version is a release of InfluxDB 3. The zero Version means 3.10.0.
type Version struct {
	// text is the whole version, with the patch number and the suffix.
	text  string
	minor int
}

// ParseVersion reads a version: "3.6" to "3.11", with or without the number of
// the patch release. Behind that number a suffix such as "-nightly" may stand.
func ParseVersion(text string) (Version, error) {
	parts := versionForm.FindStringSubmatch(text)
	if parts == nil {
		return Version{}, errUnknownVersion(text)
	}
	minor, err := strconv.Atoi(parts[1])
	if err != nil || minor < oldestMinor || minor > newestMinor {
		return Version{}, errUnknownVersion(text)
	}
	if parts[2] == "" {
		text += ".0"
	}
	return Version{text: text, minor: minor}, nil
}

func errUnknownVersion(text string) error {
	return fmt.Errorf("unknown InfluxDB 3 version %q: use 3.%d to 3.%d", text, oldestMinor, newestMinor)
}

// String returns the version with the number of the patch release.
func (v Version) String() string {
	if v.text == "" {
		return fmt.Sprintf("3.%d.0", defaultMinor)
	}
	return v.text
}

// since reports whether the version is 3.minor.0 or later.
func (v Version) since(minor int) bool {
	if v.text == "" {
		return minor <= defaultMinor
	}
	return v.minor >= minor
}
