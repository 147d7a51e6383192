package lineprotocol

import (
	"errors"
	"fmt"
)

// series reads the measurement and the tags, up to the blank after them.
func (l *line) series() error {
	tagged, err := l.measurement()
	if err != nil {
		return err
	}
	var keys []string
	for tagged {
		start := l.pos
		if err := l.tagKey(); err != nil {
			return err
		}
		// The key in the sense of the checks ends at the first equals sign without a
		// backslash.
		key := l.text[start:l.pos]
		keys = append(keys, string(key[:indexUnescaped(key, '=')]))
		if tagged, err = l.tagValue(); err != nil {
			return err
		}
	}
	return checkTagKeys(keys)
}

// checkTagKeys refuses keys that the storage uses itself, and repeated ones.
func checkTagKeys(keys []string) error {
	for _, key := range keys {
		switch key {
		case "\x00", "\xff", "_field", "_measurement", "time":
			return fmt.Errorf("cannot use reserved tag key %q", key)
		}
	}
	seen := make(map[string]bool, len(keys))
	for _, key := range keys {
		if seen[key] {
			return errors.New("duplicate tags")
		}
		seen[key] = true
	}
	return nil
}

// measurement reads the measurement and says whether tags follow.
func (l *line) measurement() (tagged bool, err error) {
	if l.end() || l.text[l.pos] == ',' {
		return false, errMissingMeasurement
	}
	for l.pos++; !l.end(); l.pos++ {
		switch {
		case l.at(','):
			l.pos++
			return true, nil
		case l.at(' '):
			return false, nil
		}
	}
	return false, errMissingFields
}

// tagKey reads the key of a tag and the equals sign.
func (l *line) tagKey() error {
	if l.end() || l.text[l.pos] == ' ' || l.text[l.pos] == ',' || l.text[l.pos] == '=' {
		return errors.New("missing tag key")
	}
	for l.pos++; !l.end(); l.pos++ {
		switch {
		case l.at(' '), l.at(','):
			return errMissingTagValue
		case l.at('='):
			l.pos++
			return nil
		}
	}
	return errMissingTagValue
}

// tagValue reads the value of a tag and says whether another tag follows.
func (l *line) tagValue() (more bool, err error) {
	if l.end() || l.text[l.pos] == ',' || l.text[l.pos] == ' ' {
		return false, errMissingTagValue
	}
	for l.pos++; !l.end(); l.pos++ {
		switch {
		case l.at('='):
			return false, errors.New("invalid tag format")
		case l.at(','):
			l.pos++
			return true, nil
		case l.at(' '):
			return false, nil
		}
	}
	return false, errMissingFields
}
