package apiv3

import (
	"net/http"
	"sync/atomic"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// opRegenerate is the only route of the recovery listener.
const opRegenerate = "POST /api/v3/configure/token/admin/regenerate"

// Recovery is the listener of --admin-token-recovery-http-bind: it regenerates
// the operator token for anybody, once. It is safe for concurrent use.
type Recovery struct {
	store     *store.Store
	version   Version
	onSuccess func()
	// closed is set by the first success.
	closed atomic.Bool
}

// NewRecovery returns the recovery listener over a store. It calls onSuccess
// after the reply to the first successful regeneration was written: the product
// then closes this listener. From then on ServeHTTP only drops connections.
func NewRecovery(st *store.Store, cfg Config, onSuccess func()) *Recovery {
	return &Recovery{store: st, version: cfg.Version, onSuccess: onSuccess}
}

// Routes returns the only pattern that Op can return.
func (*Recovery) Routes() []string { return []string{opRegenerate} }

// Op returns the pattern of the route that serves r, "" when there is none.
func (*Recovery) Op(r *http.Request) string {
	if r.Method+" "+path(r) != opRegenerate {
		return ""
	}
	return opRegenerate
}

// Caller returns "": this listener ignores every token.
func (*Recovery) Caller(*http.Request) string { return "" }

// Reopen makes a listener that closed itself serve again, as a restart of the
// product does.
func (v *Recovery) Reopen() { v.closed.Store(false) }

// ServeHTTP serves one request.
func (v *Recovery) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if v.closed.Load() {
		// Nobody listens any more; this is as close as a handler gets to that.
		panic(http.ErrAbortHandler)
	}
	res, ok := v.respond(r)
	res.write(w)
	// Requests that came in before may be answered as well, but one closes.
	if ok && v.closed.CompareAndSwap(false, true) && v.onSuccess != nil {
		v.onSuccess()
	}
}

// respond makes the reply and reports whether it carries a new secret.
func (v *Recovery) respond(r *http.Request) (response, bool) {
	if _, err := readAll(r); err != nil {
		return allowOrigin(text(http.StatusBadRequest, "Failed to read request body")), false
	}
	if v.Op(r) == "" {
		return allowOrigin(text(http.StatusNotFound, "not found")), false
	}
	t, err := v.store.V3Regenerate()
	if err != nil {
		res := text(http.StatusInternalServerError, err.Error())
		if !v.version.since(8) {
			return res, false
		}
		return allowOrigin(res), false
	}
	res := newResponse(http.StatusCreated)
	res.body = tokenObject(t)
	return allowOrigin(res), true
}

// allowOrigin adds the header that this listener sends with errors, too.
func allowOrigin(res response) response {
	res.header.Set(headerAllowOrigin, "*")
	return res
}
