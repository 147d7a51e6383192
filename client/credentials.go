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

	source TokenSource
	// asking lets one goroutine at a time ask the source.
	asking chan struct{}

	mu      sync.Mutex
	current Secret
	// doubtful is a credential that a rotation of unknown outcome may have
	// ended, and doubt the error that says so.
	doubtful Secret
	doubt    *CredentialInDoubtError
	// replaced maps each operator token that this client has ended to the one
	// that took its place.
	replaced map[Secret]Secret
	// known are the secrets that went through this client, for redaction.
	known secretSet
}

// held returns the current credential, or the zero Secret before the source was
// asked for one.
func (c *credentials) held() Secret {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current
}

// load returns the current credential, asking the source as long as it has none.
func (c *credentials) load(ctx context.Context) (Secret, error) {
	if current := c.held(); !current.IsZero() {
		return current, nil
	}
	return c.ask(ctx, Secret{})
}

// ask asks the source for a token in place of refused, and installs what it
// yields unless another goroutine has installed something else meanwhile. The
// source is called without the mutex, by one goroutine at a time: a slow one must
// not keep anybody waiting beyond his own context.
func (c *credentials) ask(ctx context.Context, refused Secret) (Secret, error) {
	select {
	case c.asking <- struct{}{}:
	case <-ctx.Done():
		return Secret{}, context.Cause(ctx)
	}
	defer func() { <-c.asking }()
	switch current := c.held(); {
	case current == refused:
	case current.IsZero():
		refused = current // Another goroutine has ended the session.
	default:
		return current, nil // Another goroutine has asked while this one waited.
	}
	token, err := c.source.Token(ctx, refused)
	if err == nil && !token.IsZero() {
		err = CheckToken(token.Reveal())
	}
	if err != nil {
		return Secret{}, err
	}
	c.replace(refused, token)
	return token, nil
}

// remember keeps tokens for redaction, for as long as the client lives.
func (c *credentials) remember(tokens ...Secret) { c.known.keep(tokens...) }

// replace installs token in place of old. Where another goroutine has installed
// a credential in the meantime, that one stays.
func (c *credentials) replace(old, token Secret) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known.keep(token)
	if c.current == old {
		c.current = token
	}
}

// distrust makes calls with token fail with err, because a rotation may have
// ended it.
func (c *credentials) distrust(token Secret, err *CredentialInDoubtError) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.doubtful, c.doubt = token, err
}

// candidates are the credentials of one call, tried one after the other until the
// server accepts one.
type candidates struct {
	c        *credentials
	fallback Secret
	tried    []Secret
	// asked is set once the source was asked for another token: a source that
	// always has a new one must not make the call endless.
	asked bool
}

// next returns the next credential: the current one (another goroutine may have
// installed it), what the source has in place of the refused one, then the call's
// own fallback. It returns the zero Secret when there is none left.
func (n *candidates) next(ctx context.Context) (Secret, error) {
	current, err := n.c.load(ctx)
	if err == nil && n.usable(current) {
		return current, nil
	}
	if err == nil && !current.IsZero() && !n.asked {
		n.asked = true
		fresh, ferr := n.c.ask(ctx, current)
		if ferr == nil && n.usable(fresh) {
			return fresh, nil
		}
		err = ferr
	}
	if n.usable(n.fallback) {
		return n.fallback, nil
	}
	if err != nil {
		return Secret{}, err // A broken token file keeps no fallback from working.
	}
	return Secret{}, n.c.doubtAbout(current, n.fallback)
}

// usable reports whether token is worth a try.
func (n *candidates) usable(token Secret) bool {
	return !token.IsZero() && !slices.Contains(n.tried, token) && n.c.doubtAbout(token) == nil
}

// refused notes that the server does not accept token.
func (n *candidates) refused(token Secret) {
	if !slices.Contains(n.tried, token) {
		n.tried = append(n.tried, token)
	}
}

// doubtAbout returns the error of using one of tokens, if a rotation of unknown
// outcome may have ended it.
func (c *credentials) doubtAbout(tokens ...Secret) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.doubt != nil && slices.Contains(tokens, c.doubtful) {
		return c.doubt
	}
	return nil
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
	c.succeed(old, token)
}

// settle ends the doubt about the operator token: token is the one that it has been
// replaced with since, by whatever credential. The caller holds the gate alone.
func (c *credentials) settle(token Secret) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.doubt != nil {
		c.succeed(c.doubtful, token)
		c.doubtful, c.doubt = Secret{}, nil
	}
}

// succeed puts token in place of old. The caller holds mu.
func (c *credentials) succeed(old, token Secret) {
	c.known.keep(token)
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
