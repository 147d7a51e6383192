package apiv2_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestLegacyWrite_credentials is the last item of section 2: the 1.x paths take
// a token as the password of any user, and nothing but it.
func TestLegacyWrite_credentials(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, writer := w.mint(`"orgID":"ORG","permissions":[{"action":"write","resource":{"type":"buckets","id":"B0","orgID":"ORG"}}]`)
	const unparsed, unknown = "unauthorized access", "Unauthorized"
	tests := map[string]struct {
		header, query string
		refusal       string // empty for none
	}{
		"none":                  {"", "", unparsed},
		"Basic":                 {basic("any", writer), "", ""},
		"Basic, no user":        {basic("", writer), "", ""},
		"Basic, wrong":          {basic("any", "nope"), "", unknown},
		"Basic, real password":  {basic("admin", "password1"), "", unknown},
		"Basic, malformed":      {"Basic xx", "", unparsed},
		"query":                 {"", "&u=any&p=" + writer, ""},
		"query, wrong":          {"", "&u=any&p=nope", unknown},
		"query, no user":        {"", "&p=" + writer, unparsed},
		"query, no password":    {"", "&u=any", unparsed},
		"query over header":     {"Token nope", "&u=any&p=" + writer, ""},
		"Token":                 {"Token " + writer, "", ""},
		"Token with user":       {"Token any:" + writer, "", ""},
		"Token, wrong":          {"Token nope", "", unknown},
		"token in lower case":   {"token " + writer, "", unparsed},
		"Bearer":                {"Bearer " + writer, "", unparsed},
		"two blanks":            {"Token  " + writer, "", unparsed},
		"Token with more words": {"Token any " + writer, "", unparsed},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := *w
			w.t = t
			header := http.Header{}
			if tt.header != "" {
				header.Set("Authorization", tt.header)
			}
			r := w.sendHeader(header, "POST", "/write?db=b0"+tt.query, "m f=1")
			if tt.refusal != "" {
				w.wantCompact(r, 401, "unauthorized", tt.refusal)
				return
			}
			if r.status != 204 || r.body != "" || r.header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("%d %q %v", r.status, r.body, r.header)
			}
		})
	}
}

// TestLegacyWrite_inactive says that here a sleeping token or owner is unknown.
func TestLegacyWrite_inactive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, sleeping := w.mint(`"orgID":"ORG","status":"inactive","permissions":[{"action":"write","resource":{"type":"buckets"}}]`)
	w.wantCompact(w.send(sleeping, "POST", "/write?db=b0", "m f=1"), 401, "unauthorized", "Unauthorized")
	_, alice := w.mint(`"orgID":"ORG","userID":"ALICE","permissions":[{"action":"write","resource":{"type":"buckets"}}]`)
	wantStatus(t, w.send(alice, "POST", "/write?db=b0", "m f=1"), 204)
	wantStatus(t, w.send(w.op, "PATCH", "/api/v2/users/ALICE", `{"status":"inactive"}`), 200)
	w.wantCompact(w.send(alice, "POST", "/write?db=b0", "m f=1"), 401, "unauthorized", "Unauthorized")
	wantStatus(t, w.send(w.op, "DELETE", "/api/v2/users/ALICE", ""), 204)
	w.wantCompact(w.send(alice, "POST", "/write?db=b0", "m f=1"), 401, "unauthorized", "Unauthorized")
}

// TestLegacyWrite_database says which bucket a database stands for.
func TestLegacyWrite_database(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, name := range []string{"db/rp", "db"} {
		wantStatus(t, w.send(w.op, "POST", "/api/v2/buckets", `{"orgID":"ORG","name":"`+name+`"}`), 201)
	}
	_, reader := w.mint(`BASE`)
	_, writer := w.mint(`"orgID":"ORG","permissions":[{"action":"write","resource":{"type":"buckets","id":"B0","orgID":"ORG"}}]`)
	const noMapping = "no dbrp mapping found"
	tests := map[string]struct {
		token, query  string
		status        int
		code, message string
	}{
		"default":            {w.op, "db=b0", 204, "", ""},
		"empty policy":       {w.op, "db=b0&rp=", 204, "", ""},
		"autogen":            {w.op, "db=b0&rp=autogen", 204, "", ""},
		"other policy":       {w.op, "db=b0&rp=x", 404, "not found", noMapping},
		"policy in the name": {w.op, "db=db&rp=rp", 204, "", ""},
		"name with slash":    {w.op, "db=db/rp", 404, "not found", noMapping},
		"unknown":            {w.op, "db=nope", 404, "not found", noMapping},
		"none":               {w.op, "", 400, "invalid", "missing db"},
		"other organization": {w.op, "db=ob", 404, "not found", noMapping},
		"precision is free":  {w.op, "db=b0&precision=x", 204, "", ""},
		"writer":             {writer, "db=b0", 204, "", ""},
		"writer elsewhere":   {writer, "db=b1", 404, "not found", noMapping},
		"reader":             {reader, "db=b0", 403, "forbidden", "insufficient permissions for write"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := *w
			w.t = t
			r := w.send(tt.token, "POST", "/write?"+tt.query, "m f=1")
			if tt.code != "" {
				w.wantCompact(r, tt.status, tt.code, tt.message)
				return
			}
			wantStatus(t, r, tt.status)
		})
	}
}

// TestLegacy_methods says what the 1.x router does with other methods, and that
// it asks for the credential first.
func TestLegacy_methods(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.wantCompact(w.send(w.op, "PUT", "/write?db=b0", ""), 405, "method not allowed", "allow: OPTIONS, POST")
	wantStatus(t, w.send(w.op, "OPTIONS", "/write?db=b0", ""), 200)
	w.wantCompact(w.send("", "PUT", "/write", ""), 401, "unauthorized", "unauthorized access")
	w.wantCompact(w.send("", "GET", "/query", ""), 401, "unauthorized", "unauthorized access")
	req := httptest.NewRequestWithContext(t.Context(), "POST", "/write?u=x&p="+w.op, http.NoBody)
	operator, err := w.store.V2AuthorizationByToken(w.op)
	if err != nil {
		t.Fatal(err)
	}
	if got := w.api.Caller(req); got != operator.ID.String() {
		t.Errorf("Caller %q, want %q", got, operator.ID)
	}
	if got := w.api.Op(req); got != "POST /write" {
		t.Errorf("Op %q", got)
	}
}

// TestWrite_gzip says that a compressed body is read as one.
func TestWrite_gzip(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var packed bytes.Buffer
	zw := gzip.NewWriter(&packed)
	if _, err := zw.Write([]byte("m f=1")); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	whole := packed.String()
	for name, tt := range map[string]struct {
		encoding, body string
		status         int
		message        string
	}{
		"gzip":      {"gzip", whole, 204, ""},
		"x-gzip":    {"x-gzip", whole, 204, ""},
		"no gzip":   {"gzip", "m f=1", 500, "An internal error has occurred - check server logs"},
		"cut short": {"gzip", whole[:len(whole)-4], 500, "unable to read data: unexpected EOF"},
		"identity":  {"identity", "m f=1", 204, ""},
		"unknown":   {"zstd", "m f=1", 204, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, target := range []string{"/api/v2/write?org=acme&bucket=b0", "/write?db=b0"} {
				req := httptest.NewRequestWithContext(t.Context(), "POST", target, bytes.NewReader([]byte(tt.body)))
				req.Header.Set("Authorization", "Token "+w.op)
				req.Header.Set("Content-Encoding", tt.encoding)
				rec := httptest.NewRecorder()
				w.api.ServeHTTP(rec, req)
				want := ""
				if tt.message != "" {
					want = `{"code":"internal error","message":"` + tt.message + `"}`
				}
				if rec.Code != tt.status || rec.Body.String() != want {
					t.Errorf("%s: %d %s", target, rec.Code, rec.Body)
				}
			}
		})
	}
}

// TestWrite_lineProtocol says that malformed points are refused, after the
// permission was looked at.
func TestWrite_lineProtocol(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, reader := w.mint(`BASE`)
	for _, target := range []string{"/api/v2/write?org=acme&bucket=b0", "/write?db=b0"} {
		w.wantCompact(w.send(w.op, "POST", target, "m f=1\nbad line\nm f="), 400, "invalid",
			"unable to parse 'bad line': invalid field format\nunable to parse 'm f=': missing field value")
		w.wantCompact(w.send(reader, "POST", target, "bad"), 403, "forbidden", "insufficient permissions for write")
		wantStatus(t, w.send(w.op, "POST", target, "# nothing\n"), 204)
		wantStatus(t, w.send(w.op, "POST", target+"&precision=s", "m f=1 1767225600"), 204)
		w.wantCompact(w.send(w.op, "POST", target+"&precision=s", "m f=1 1767225600000000000"), 400, "invalid",
			"unable to parse 'm f=1 1767225600000000000': time outside range -9223372036854775806 - 9223372036854775806")
	}
}
