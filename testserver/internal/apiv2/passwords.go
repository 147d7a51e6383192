package apiv2

import (
	"strings"
	"unicode"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

const (
	minPassword = 8
	maxPassword = 72
	// specials are what counts as a special character in a strong password.
	specials = "!@#$%^&*()_+"
	// classesRequired is how many classes of characters a strong password has.
	classesRequired = 3
)

// checkPassword finds fault with a password, be it a new one or one that is the
// right one. All faults are named, each in a line. Its length counts on every
// server, the rest where strong ones are wanted.
func (a *API) checkPassword(password string) error {
	var faults []string
	if len(password) < minPassword || len(password) > maxPassword {
		faults = append(faults, store.ErrV2PasswordLength.Error())
	}
	classes := 0
	for _, isClass := range []func(rune) bool{
		unicode.IsNumber, unicode.IsUpper, unicode.IsLower,
		func(r rune) bool { return strings.ContainsRune(specials, r) },
	} {
		if strings.ContainsFunc(password, isClass) {
			classes++
		}
	}
	if a.cfg.StrongPasswords && classes < classesRequired {
		faults = append(faults, "passwords must contain at least three of the following character types: "+
			"uppercase, lowercase, numbers, and special characters: "+specials)
	}
	if len(faults) == 0 {
		return nil
	}
	return errorf(codeInvalid, "%s", strings.Join(faults, "\n"))
}

// checkNewPassword finds fault with a password that shall be set. Where strong ones
// are wanted, the real servers divide by the length of the password and panic if it
// is empty.
func (c *call) checkNewPassword(password string) error {
	if c.cfg.StrongPasswords && password == "" {
		return c.errPanicked()
	}
	return c.checkPassword(password)
}

// errPanicked is what a panic of a handler looks like: that which was to print it
// panics as well, and so the text is the same for all.
func (c *call) errPanicked() error {
	return errorf(codeInternal, "a panic has occurred: %s: runtime error: slice bounds out of range [-1:]", c.URL)
}
