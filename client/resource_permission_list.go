package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// ParseResourcePermissions reads what system.tokens shows in its column
// permissions, in every shape that is known of it: a JSON array of short forms,
//
//	["db:a,b:read", "system:*:read"]
//
// where [] is a token without permissions, or the short forms alone, one or more of
// them, separated by commas, spaces or both. "*:*:*" is that of an admin token.
// Compare the result with ResourcePermissionsEqual: the server sorts actions, and
// shows a deleted database under another name. The error says what can't be read;
// an empty text can't.
//
// Contract influxdb3.md section 6.4.
func ParseResourcePermissions(text string) ([]ResourcePermission, error) {
	permissions, err := parseShown(text)
	if err != nil {
		return nil, fmt.Errorf("permissions %q: %w", cleanMessage(text), err)
	}
	return permissions, nil
}

func parseShown(text string) ([]ResourcePermission, error) {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "[") {
		return parseShortForms(text)
	}
	// Pointers tell null from the empty string: neither is a permission.
	var elements []*string
	if err := json.Unmarshal([]byte(text), &elements); err != nil {
		return nil, errors.New("they begin like a JSON array of strings, and are not one")
	}
	permissions := make([]ResourcePermission, 0, len(elements))
	for _, element := range elements {
		if element == nil {
			return nil, errors.New("null is not a permission")
		}
		more, err := parseShortForms(*element)
		if err != nil {
			return nil, err
		}
		permissions = append(permissions, more...)
	}
	return permissions, nil
}

// parseShortForms reads short forms that are separated by commas or spaces. Names
// and actions are separated by commas too, but only the colons of the next
// permission can follow its type: what stands between two of them is the actions of
// one permission and, last, the type of the next one.
func parseShortForms(text string) ([]ResourcePermission, error) {
	parts := strings.Split(text, ":")
	if len(parts) < 3 || len(parts)%2 == 0 {
		return nil, errors.New("want type, names and actions between two colons for each permission")
	}
	var permissions []ResourcePermission
	kind := strings.TrimSpace(parts[0])
	for i := 1; i < len(parts); i += 2 {
		rest, next := parts[i+1], ""
		if i+2 < len(parts) {
			rest = strings.TrimRightFunc(rest, unicode.IsSpace)
			cut := strings.LastIndexFunc(rest, separates)
			if cut < 0 {
				return nil, errors.New("nothing separates two permissions")
			}
			rest, next = rest[:cut], strings.TrimLeftFunc(rest[cut:], separates)
		}
		if !shortFormPart(kind) {
			return nil, errors.New("a resource type is empty, or is no single word")
		}
		names, allowed := strings.FieldsFunc(parts[i], separates), strings.FieldsFunc(rest, separates)
		// No names or no actions are no mistake here: the server stores such
		// permissions, and shows them.
		for _, part := range slices.Concat(names, allowed) {
			if !shortFormPart(part) {
				return nil, errors.New("a name or an action holds a character that none can have")
			}
		}
		permissions = append(permissions, ResourcePermission{Type: TokenResourceType(kind), Names: names, Actions: actions(allowed)})
		kind = next
	}
	return permissions, nil
}

// separates reports whether r stands between two names, actions or permissions.
func separates(r rune) bool { return r == ',' || unicode.IsSpace(r) }
