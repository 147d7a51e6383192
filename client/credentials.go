package client

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// ErrNoToken is returned, without anything being sent, by a call that needs a
// token when the client has none.
var ErrNoToken = errors.New("no token: the client has no credential for a call that needs one")

// credentials holds what the client authenticates with. The gate orders its
// changes against the requests; the mutex guards the fields.
type credentials struct {
	gate *gate

	mu      sync.Mutex
	source  TokenSource
	loaded  bool
	current Secret
	// doubtful is a credential that a rotation of unknown outcome may have
	// ended, and doubt the error that says so.
	doubtful Secret
	doubt    error
	// replaced maps each operator token that this client has ended to the one
	// that took its place.
	replaced map[Secret]Secret
	// known are all secrets that went through this client, for redaction.
	known []Secret
}

// load returns the current credential, asking the source the first time.
func (c *credentials) load(ctx context.Context) (Secret, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.loaded {
		token, err := c.source.Token(ctx, Secret{})
		if err != nil {
			return Secret{}, err
		}
		c.current, c.loaded = token, true
		c.learn(token)
	}
	return c.current, nil
}

// learn keeps token for redaction. The caller holds mu.
func (c *credentials) learn(token Secret) {
	if !token.IsZero() && !slices.Contains(c.known, token) {
		c.known = append(c.known, token)
	}
}

// remember keeps tokens for redaction.
func (c *credentials) remember(tokens ...Secret) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, token := range tokens {
		c.learn(token)
	}
}

// knownSecrets returns every secret that went through this client.
func (c *credentials) knownSecrets() []Secret {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.known)
}

// replace installs token in place of old. Where another goroutine has installed
// a credential in the meantime, that one stays.
func (c *credentials) replace(old, token Secret) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.learn(token)
	if c.loaded && c.current == old {
		c.current = token
	}
}

// distrust makes calls with token fail with err, because a rotation may have
// ended it.
func (c *credentials) distrust(token Secret, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.doubtful, c.doubt = token, err
}

// candidate returns the next credential for a call that was refused with each
// of tried: the current one (another goroutine may have installed it), what the
// source has now, then the call's own fallback. It returns the zero Secret when
// there is none left; doubt then says why, if the reason is a rotation of unknown
// outcome.
func (c *credentials) candidate(ctx context.Context, tried []Secret, fallback Secret) (token Secret, doubt, err error) {
	current, err := c.load(ctx)
	if err != nil {
		// A broken token file must not keep a fallback from working.
		if fallback.IsZero() || slices.Contains(tried, fallback) {
			return Secret{}, nil, err
		}
		return fallback, nil, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	usable := func(token Secret) bool {
		return !token.IsZero() && !slices.Contains(tried, token) && (c.doubt == nil || token != c.doubtful)
	}
	if usable(current) {
		return current, nil, nil
	}
	if !current.IsZero() {
		if fresh, ferr := c.source.Token(ctx, current); ferr == nil && usable(fresh) {
			c.learn(fresh)
			return fresh, nil, nil
		}
	}
	if usable(fallback) {
		c.learn(fallback)
		return fallback, nil, nil
	}
	if c.doubt != nil && (current == c.doubtful || fallback == c.doubtful) {
		return Secret{}, c.doubt, nil
	}
	return Secret{}, nil, nil
}

// accepted notes that the server took token after it had refused the first of
// tried, unless token was the fallback of a single call: a fallback is for that
// call alone.
func (c *credentials) accepted(token Secret, tried []Secret, fallback Secret) {
	if len(tried) == 0 || token == fallback {
		return
	}
	c.replace(tried[0], token)
}

type fallbackKey struct{}

// WithFallbackToken returns a context whose calls authenticate with token when
// the client has no credential or the server refuses the one it has. The
// client's own credential stays what it is.
func WithFallbackToken(ctx context.Context, token Secret) context.Context {
	return context.WithValue(ctx, fallbackKey{}, token)
}

func fallbackFrom(ctx context.Context) Secret {
	token, _ := ctx.Value(fallbackKey{}).(Secret)
	return token
}

// successor returns the credential that a rotation has put in place of token.
func (c *credentials) successor(token Secret) (Secret, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	next, ok := c.replaced[token]
	return next, ok
}

// rotated installs token in place of old for every call, those that already
// chose old included. The caller holds the gate alone.
func (c *credentials) rotated(old, token Secret) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.learn(token)
	if c.replaced == nil {
		c.replaced = map[Secret]Secret{}
	}
	for from, to := range c.replaced {
		if to == old {
			c.replaced[from] = token
		}
	}
	c.replaced[old] = token
	if c.current == old {
		c.current = token
	}
}
