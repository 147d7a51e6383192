package store

import (
	"slices"
	"time"
)

// V3ResourceRequest describes a new resource token.
type V3ResourceRequest struct {
	Name        string
	Permissions []V3PermissionSpec
	// ExpirySecs is as for V3Create.
	ExpirySecs *uint64
	// NameFirst is the catalog before 3.10.0: it looked at the name before it
	// looked at the permissions, and spent an ID on permissions that it refused.
	NameFirst bool
}

// V3CreateResource creates a resource token. It fails with a V3PermissionError
// when the permissions make no sense.
func (s *Store) V3CreateResource(req V3ResourceRequest) (V3Token, error) {
	var refused error
	t, err := updated(s, func() (V3Token, error) {
		refused = nil
		taken := s.v3.tokenNames.has(req.Name)
		if taken && req.NameFirst {
			return V3Token{}, ErrV3TokenExists
		}
		permissions, err := v3Permissions(req.Permissions, s.v3DatabaseIDLocked)
		switch {
		case err != nil && req.NameFirst:
			// An error from here would take the ID back.
			refused = err
			catalog := s.v3.catalog.get()
			catalog.NextTokenID++
			s.v3.catalog.set(catalog)
			return V3Token{}, nil
		case err != nil:
			return V3Token{}, err
		case taken:
			return V3Token{}, ErrV3TokenExists
		}
		secret, err := s.v3SecretLocked()
		if err != nil {
			return V3Token{}, err
		}
		now := s.v3Now()
		r := v3Record{
			Name: req.Name, Hash: v3Hash(secret), CreatedAt: now.UnixMilli(),
			Resource: true, Permissions: permissions,
		}
		if req.ExpirySecs != nil {
			r.Expiry = v3Millis(v3Expiry(now, *req.ExpirySecs))
		}
		if r, err = s.v3InsertLocked(r); err != nil {
			return V3Token{}, err
		}
		return s.v3NamedLocked(r, secret), nil
	})
	if err == nil && refused != nil {
		return V3Token{}, refused
	}
	return t, err
}

// V3PreloadResource is V3Preload for a resource token.
func (s *Store) V3PreloadResource(name, secret string, specs []V3PermissionSpec, expiry *time.Time) (bool, error) {
	return updated(s, func() (bool, error) {
		if s.v3.tokenNames.has(name) {
			return false, nil
		}
		permissions, err := v3Permissions(specs, s.v3DatabaseIDLocked)
		if err != nil {
			return false, err
		}
		r := v3Record{
			Name: name, Hash: v3Hash(secret), CreatedAt: s.v3Now().UnixMilli(), Expiry: v3Millis(expiry),
			Resource: true, Permissions: permissions,
		}
		if _, err := s.v3InsertLocked(r); err != nil {
			return false, err
		}
		s.issued = append(s.issued, secret)
		return true, nil
	})
}

// v3NamedLocked makes the public token with its permissions in the short form.
func (s *Store) v3NamedLocked(r v3Record, secret string) V3Token {
	t := r.token(secret)
	for _, p := range r.Permissions {
		t.PermissionNames = append(t.PermissionNames, p.display(s.v3DatabaseNameLocked))
	}
	return t
}

// clone copies the permission, so that the caller shares nothing with the store.
func (p V3Permission) clone() V3Permission {
	p.Databases = slices.Clone(p.Databases)
	p.System = slices.Clone(p.System)
	return p
}
