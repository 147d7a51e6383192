package testserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// shownFault is a fault as the admin endpoint shows it: what it is for and what
// it did, but neither the body nor the values of the header, which may hold
// anything.
type shownFault struct {
	ID        int      `json:"id"`
	Face      string   `json:"face,omitempty"`
	Op        string   `json:"op,omitempty"`
	Skip      int      `json:"skip,omitempty"`
	Times     int      `json:"times,omitempty"`
	Status    int      `json:"status,omitempty"`
	Header    []string `json:"header,omitempty"`
	BodyBytes int      `json:"body_bytes,omitempty"`
	Delay     string   `json:"delay,omitempty"`
	AfterRun  bool     `json:"after_run,omitempty"`
	Drop      bool     `json:"drop,omitempty"`
	Truncate  int      `json:"truncate,omitempty"`
	Spoil     Spoil    `json:"spoil,omitempty"`
	// Before says that the fault has a Change.
	Before bool `json:"before,omitempty"`
	// GoFunc says that the fault has a Before or a Rewrite, which only Go can have.
	GoFunc bool `json:"go_func,omitempty"`
	// Seen counts the matching requests, Used those that the fault was applied to.
	Seen int `json:"seen"`
	Used int `json:"used"`
}

// shownFaults returns the faults with the IDs, or all of them for nil, in the
// order in which they are tried.
func (s *Server) shownFaults(ids []int) any {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	list := []shownFault{}
	for _, f := range s.faults.list {
		if ids != nil && !slices.Contains(ids, f.id) {
			continue
		}
		shown := shownFault{
			ID: f.id, Op: f.Op, Skip: f.Skip, Times: f.Times,
			Status: f.Status, Header: slices.Sorted(maps.Keys(f.Header)), BodyBytes: len(f.Body),
			AfterRun: f.AfterRun, Drop: f.Drop, Truncate: f.Truncate, Spoil: f.Spoil,
			Before: f.Change != (Change{}), GoFunc: f.Before != nil || f.Rewrite != nil,
			Seen: f.seen, Used: f.used,
		}
		if f.Face != 0 {
			shown.Face = f.Face.String()
		}
		if f.Delay != 0 {
			shown.Delay = f.Delay.String()
		}
		list = append(list, shown)
	}
	return map[string]any{"faults": list}
}

// clear takes all faults out.
func (fs *faults) clear() {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.list = nil
}

// shownRequest is a journaled request as the admin endpoint shows it.
type shownRequest struct {
	Seq            int         `json:"seq"`
	Time           time.Time   `json:"time"`
	Face           string      `json:"face"`
	Op             string      `json:"op"`
	Method         string      `json:"method"`
	Path           string      `json:"path"`
	Query          url.Values  `json:"query,omitempty"`
	Header         http.Header `json:"header,omitempty"`
	Caller         string      `json:"caller"`
	Body           string      `json:"body,omitempty"`
	BodyHidden     bool        `json:"body_hidden,omitempty"`
	Status         int         `json:"status"`
	ResponseHeader http.Header `json:"response_header,omitempty"`
	Executed       bool        `json:"executed"`
	Dropped        bool        `json:"dropped"`
	Faulted        bool        `json:"faulted"`
}

// What the admin endpoint shows of a request: secrets are where nobody expects
// them, so only what is known to hold none is shown.
var (
	harmlessHeader = []string{"Accept", "Accept-Encoding", "Authorization", "Content-Encoding", "Content-Length", "Content-Type", "User-Agent"}
	harmlessReply  = []string{
		"Cluster-Uuid", "Content-Encoding", "Content-Length", "Content-Type", "Retry-After", "X-Influxdb-Build", "X-Influxdb-Version", "X-Platform-Error-Code",
	}
	harmlessQuery = []string{
		"after", "bucket", "bucketID", "db", "descending", "format", "id", "limit", "name", "offset", "org", "orgID", "precision", "q", "token_name", "user", "userID",
	}
	harmlessBody = []string{
		"action", "actions", "bucketID", "db", "description", "everySeconds", "expiry_secs", "format", "id", "name", "org", "orgID", "params",
		"permissions", "q", "resource", "resource_names", "resource_type", "resources", "retentionRules", "status", "token_name", "type", "user", "userID",
	}
)

func (s *Server) showRequest(r *Request) shownRequest {
	shown := shownRequest{
		Seq: r.Seq, Time: r.Time.UTC(), Face: r.Face.String(), Op: r.Op, Method: s.hide(r.Method), Path: s.hide(r.Path),
		Header: s.only(r.Header, harmlessHeader), Caller: s.hide(r.Caller),
		Status: r.Status, ResponseHeader: s.only(r.ResponseHeader, harmlessReply),
		Executed: r.Executed, Dropped: r.Dropped, Faulted: r.Faulted,
	}
	if query, err := url.ParseQuery(r.RawQuery); err == nil {
		for name, values := range query {
			switch {
			case !slices.Contains(harmlessQuery, name):
				// The name may be a secret as well.
				delete(query, name)
				query[hidden] = []string{hidden}
			case slices.ContainsFunc(values, s.holdsSecret):
				query[name] = []string{hidden}
			}
		}
		shown.Query = query
	}
	if body, ok := s.harmlessJSON(r); ok {
		shown.Body = body
	} else {
		shown.BodyHidden = len(r.Body) > 0
	}
	return shown
}

// only returns the named fields of a header.
func (s *Server) only(h http.Header, names []string) http.Header {
	out := make(http.Header)
	for _, name := range names {
		for _, value := range h[name] {
			out[name] = append(out[name], s.hide(value))
		}
	}
	return out
}

// harmlessJSON returns a body that is JSON whose objects have harmless members
// alone. It is written anew, as of a member that comes twice only the last one was
// looked at.
func (s *Server) harmlessJSON(r *Request) (string, bool) {
	dec := json.NewDecoder(bytes.NewReader(r.Body))
	dec.UseNumber()
	var whole any
	if r.BodyTruncated || dec.Decode(&whole) != nil || dec.More() || !s.harmlessValue(whole, false) {
		return "", false
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(whole)
	return strings.TrimSuffix(out.String(), "\n"), err == nil
}

// harmlessValue looks into objects and arrays. What is in no object has no name
// to judge it by.
func (s *Server) harmlessValue(value any, named bool) bool {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			if !slices.Contains(harmlessBody, name) || !s.harmlessValue(member, true) {
				return false
			}
		}
		return true
	case []any:
		return !slices.ContainsFunc(value, func(member any) bool { return !s.harmlessValue(member, named) })
	case string:
		return named && !s.holdsSecret(value)
	default:
		return named
	}
}

func (s *Server) adminRequests(r *http.Request) (int, any, error) {
	var after int
	var face Face
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return 0, nil, err
	}
	for name := range query {
		value := query.Get(name)
		switch name {
		case "op":
			if err := s.checkOp(0, value); err != nil {
				return 0, nil, fmt.Errorf("op: %w", err)
			}
		case "after":
			if after, err = strconv.Atoi(value); err != nil {
				return 0, nil, errors.New("after: not a whole number")
			}
		case "face":
			var ok bool
			if face, ok = faceNamed(value); !ok {
				return 0, nil, errors.New("face: use v2, v3 or v3-recovery")
			}
		default:
			return 0, nil, errors.New("unknown parameter: use op, face and after")
		}
	}
	list := []shownRequest{}
	for _, entry := range s.requests(func(r *Request) bool {
		return r.Seq > after && (face == 0 || r.Face == face) && (!query.Has("op") || r.Op == query.Get("op"))
	}) {
		list = append(list, s.showRequest(&entry))
	}
	return http.StatusOK, map[string]any{"requests": list}, nil
}

// shownV2Token and shownV3Token are tokens without their secrets.
type (
	shownV2Token struct {
		ID          string    `json:"id"`
		Description string    `json:"description"`
		Status      string    `json:"status"`
		OrgID       string    `json:"org_id"`
		UserID      string    `json:"user_id"`
		Permissions []string  `json:"permissions"`
		CreatedAt   time.Time `json:"created_at"`
		UpdatedAt   time.Time `json:"updated_at"`
	}
	shownV3Token struct {
		ID        uint64     `json:"id"`
		Name      string     `json:"name"`
		CreatedAt time.Time  `json:"created_at"`
		Expiry    *time.Time `json:"expiry,omitempty"`
		UpdatedAt *time.Time `json:"updated_at,omitempty"`
		// Permissions are those of a resource token; an admin token has none.
		Permissions []string `json:"permissions,omitempty"`
	}
)

func (s *Server) adminTokens(*http.Request) (int, any, error) {
	v2, v3 := []shownV2Token{}, []shownV3Token{}
	for _, a := range s.V2Authorizations() {
		t := shownV2Token{
			ID: a.ID, Description: s.hide(a.Description), Status: a.Status, OrgID: a.OrgID, UserID: a.UserID, Permissions: []string{},
			CreatedAt: a.CreatedAt.UTC(), UpdatedAt: a.UpdatedAt.UTC(),
		}
		for _, p := range a.Permissions {
			t.Permissions = append(t.Permissions, strings.TrimSuffix(p.Action+":"+p.Type+":"+p.ID, ":"))
		}
		v2 = append(v2, t)
	}
	for _, t := range s.V3Tokens() {
		v3 = append(v3, shownV3Token{ID: t.ID, Name: s.hide(t.Name), CreatedAt: t.CreatedAt, Expiry: t.Expiry, UpdatedAt: t.UpdatedAt, Permissions: t.Permissions})
	}
	return http.StatusOK, map[string]any{"v2": v2, "v3": v3}, nil
}
