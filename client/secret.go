package client

import (
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"unique"
)

// redacted is what a Secret shows of itself.
const redacted = "[redacted]"

// FingerprintLength is the number of hexadecimal digits of a fingerprint: as
// many as InfluxDB 3 shows in the hash column of system.tokens.
const FingerprintLength = 9

// Secret is a token or a password. It prints, logs and marshals as
// "[redacted]" wherever it is asked, and shows its value nowhere; Reveal returns it. Two Secrets are equal (==) when their
// values are. The zero Secret means that there is none.
type Secret struct {
	// The value hides behind a handle, so that even a reflecting printer that
	// walks into unexported fields shows an address and not the secret.
	handle unique.Handle[string]
}

// NewSecret returns a Secret that holds value. An empty value gives the zero
// Secret.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{handle: unique.Make(value)}
}

// Reveal returns the secret itself. It is the only method that does.
func (s Secret) Reveal() string {
	if s.IsZero() {
		return ""
	}
	return s.handle.Value()
}

// IsZero reports whether there is no secret.
func (s Secret) IsZero() bool { return s == Secret{} }

// Hash returns the SHA-512 of the secret as 128 lower-case hexadecimal digits:
// what InfluxDB 3 reports as the hash of a token it creates. It is empty for
// the zero Secret.
func (s Secret) Hash() string {
	if s.IsZero() {
		return ""
	}
	sum := sha512.Sum512([]byte(s.handle.Value()))
	return hex.EncodeToString(sum[:])
}

// Fingerprint returns the first nine hexadecimal digits of the SHA-512 of the
// secret: what InfluxDB 3 lists as the hash of a token, and what is safe to show
// in a log. It is empty for the zero Secret.
func (s Secret) Fingerprint() string {
	if s.IsZero() {
		return ""
	}
	return s.Hash()[:FingerprintLength]
}

// String returns "[redacted]", or "" for the zero Secret.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return redacted
}

// GoString returns the redacted form for %#v.
func (s Secret) GoString() string { return "client.Secret(" + s.String() + ")" }

// Format writes the redacted form for every verb.
func (s Secret) Format(f fmt.State, verb rune) {
	if verb == 'v' && f.Flag('#') {
		_, _ = f.Write([]byte(s.GoString()))
		return
	}
	_, _ = f.Write([]byte(s.String()))
}

// LogValue returns the redacted form for log/slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText returns the redacted form.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON returns the redacted form as a JSON string.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// UnmarshalJSON takes the value from a JSON string; null gives the zero Secret.
// The error of a value of another type does not quote it. See UnmarshalText.
func (s *Secret) UnmarshalJSON(data []byte) error {
	if text, ok := plainText(data); ok {
		return s.UnmarshalText(text)
	}
	var value *string
	if err := json.Unmarshal(data, &value); err != nil {
		return fmt.Errorf("secret is not a JSON string")
	}
	*s = Secret{}
	if value != nil {
		return s.UnmarshalText([]byte(*value))
	}
	return nil
}

// UnmarshalText takes the value from text. It refuses "[redacted]", which is what
// a Secret was marshalled to before, and no secret.
func (s *Secret) UnmarshalText(text []byte) error {
	if string(text) == redacted {
		return errors.New("the secret is redacted: its value was never written down")
	}
	*s = NewSecret(string(text))
	return nil
}
