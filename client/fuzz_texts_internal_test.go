package client

import (
	"bytes"
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// loudSecret makes a secret of anything, from characters that "[redacted]" has none
// of, so that what is redacted never shows it by accident.
func loudSecret(seed []byte) string {
	const letters = "BFGHJKLMNPQSUVWXYZ23456789-_/%&+"
	var b strings.Builder
	for _, c := range seed {
		b.WriteByte(letters[int(c)%len(letters)])
	}
	return b.String()
}

func FuzzCleanMessage(f *testing.F) {
	for _, separator := range []string{"", "\n", "\x00", "\u200b", "\\u0041", "%41", "&amp;", "\xff"} {
		f.Add("before"+separator, []byte("0123456789"), separator+"after")
		f.Add(strings.Repeat("x", 290), []byte("0123456789"), separator)
		f.Add(strings.Repeat(separator+" ", 2000), []byte("0123456789"), "")
	}
	f.Fuzz(func(t *testing.T, before string, seed []byte, after string) {
		secret := loudSecret(seed)
		if len(secret) < 4 || len(secret) > 100 {
			return
		}
		known := []Secret{NewSecret(secret), NewSecret(fuzzOwn)}
		escaped, err := json.Marshal(secret)
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range []string{
			secret, url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(escaped), `"`),
			secret[:2] + "\x00" + secret[2:], secret[:3] + "\u202e" + secret[3:],
		} {
			text := before + form + after
			got := cleanMessage(text, known...)
			checkShownText(t, got, maxMessage+len("…"))
			if strings.Contains(got, secret) {
				t.Errorf("%q shows in %q of %q", secret, got, text)
			}
			if again := cleanMessage(got, known...); len(again) > len(got) {
				t.Errorf("%q grows to %q", got, again)
			}
			if target := redirectTarget(text, setOf(known)); strings.Contains(target, secret) {
				t.Errorf("%q shows in %q of %q", secret, target, text)
			}
		}
	})
}

func FuzzRedirectTarget(f *testing.F) {
	for _, seed := range []string{
		"https://u:p@h.example/p?q=" + fuzzOwn + "#f", "/" + fuzzOwn, "//h/%4fWN-TOKEN-0123456789", "http://[::1/", "", "x:" + fuzzOwn, "http://h/\x1b",
		"http://" + fuzzOwn + ".example/", "http://h/%1b%5b2J", "javascript:alert(1)",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, location string) {
		got := redirectTarget(location, setOf([]Secret{NewSecret(fuzzOwn)}))
		checkShownText(t, got, maxMessage+len("…"))
		if target, err := url.Parse(location); err == nil && target.User != nil && target.User.String() != "" && target.Host != "" {
			if strings.Contains(got, target.User.String()+"@"+target.Host) {
				t.Errorf("the user shows: %q", got)
			}
		}
	})
}

func FuzzErrorReplies(f *testing.F) {
	for _, body := range []string{
		`{"code":"not found","message":"no such thing"}`, `{"error":"the request was not authenticated"}`, `{"error_code":"e","message":7}`,
		"<html>" + fuzzOwn, "\ufeff{}", `{"message":"` + fuzzOwn + `"}`, strings.Repeat(" ", 4090) + fuzzOwn, "the requested resource was not found: x",
		"missing admin token, cannot update", `{"status":"starting"}`, strings.Repeat("[", 5000),
	} {
		f.Add(uint16(404), body, fuzzOwn, "2.7.12", "OSS")
		f.Add(uint16(503), body, "id", fuzzOwn, "")
		f.Add(uint16(99), body, "\xff", "\u202e", fuzzOwn)
	}
	f.Fuzz(func(t *testing.T, status uint16, body, id, version, build string) {
		header := http.Header{}
		for name, value := range map[string]string{
			"X-Request-Id": id, "X-Platform-Error-Code": id, "Location": id, "Cluster-Uuid": id, "Retry-After": id,
			"X-Influxdb-Version": version, "X-Influxdb-Build": build,
		} {
			if value != "" {
				header.Set(name, value)
			}
		}
		c := fuzzClient(t, cannedReply{status: int(status), header: header, body: []byte(body)})
		err := c.Authorizations.Delete(t.Context(), fuzzID)
		if (err == nil) != (status == http.StatusNoContent) && c.wrongGeneration(&operation{generation: generationV2}, &reply{header: header}) == nil {
			t.Errorf("status %d: error %v", status, err)
		}
		if err != nil {
			checkShownText(t, err.Error(), 1500)
		}
		if IsNotFound(err) && status != http.StatusNotFound {
			t.Errorf("status %d says that it does not exist: %v", status, err)
		}
		info, err := c.Server.Info(t.Context())
		if err != nil {
			checkShownText(t, err.Error(), 1500)
		} else {
			for _, text := range []string{info.String(), info.Version.Text, info.Revision, info.ProcessID, info.ClusterUUID} {
				checkShownText(t, text, 3*maxFact)
			}
			if info.Product == ProductUnknown {
				t.Errorf("took %+v", info)
			}
		}
		checkShownText(t, c.ClusterUUID(), maxFact+len("…"))
		if _, err := c.AdminTokens.Create(t.Context(), CreateAdminTokenRequest{Name: "new"}); err == nil {
			t.Error("that created a token")
		} else {
			checkShownText(t, err.Error(), 1500)
		}
	})
}

func FuzzServerInfo(f *testing.F) {
	for _, body := range []string{
		`{"version":"3.10.1","revision":"r","process_id":"p","product_name":"InfluxDB 3 Core"}`, `{"version":"3.0","product_name":"InfluxDB 3 Enterprise"}`,
		`{"version":"` + fuzzOwn + `","revision":"` + fuzzOwn + `\u001b"}`, `{"version":"3.9\u0000"}`, "{}", "null", "",
	} {
		f.Add([]byte(body), "", "")
		f.Add([]byte(body), "v2.7.12", "OSS")
	}
	f.Fuzz(func(t *testing.T, body []byte, version, build string) {
		header := http.Header{"X-Influxdb-Version": {version}, "X-Influxdb-Build": {build}}
		info, err := fuzzClient(t, cannedReply{status: 200, header: header, body: body}).Server.Info(t.Context())
		if err != nil {
			checkShownText(t, err.Error(), 1500)
			return
		}
		for _, text := range []string{info.String(), info.Version.Text, info.Revision, info.ProcessID} {
			checkShownText(t, text, 3*maxFact)
		}
		if info.Product.generation() == anyGeneration {
			t.Errorf("took %+v", info)
		}
	})
}

func FuzzParseVersion(f *testing.F) {
	for _, seed := range []string{"v2.7.12", "3.10.0-nightly", "3", "3.", "..", "99999999999999999999.1", " v1.2.3.4 ", "vv2", "\u0663.1", "3.\x001"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v := parseVersion(text, setOf([]Secret{NewSecret(fuzzOwn)}))
		checkShownText(t, v.Text, maxFact+len("…"))
		if v.Major < 0 || v.Minor < 0 || v.Patch < 0 || v.String() != v.Text {
			t.Errorf("got %+v", v)
		}
		if v.Major > 0 && !strings.ContainsAny(v.Text[:1], "0123456789") {
			t.Errorf("%q begins with no number: %+v", v.Text, v)
		}
		if !v.AtLeast(v.Major, v.Minor) || v.AtLeast(v.Major, v.Minor+1) && v.Minor < math.MaxInt {
			t.Errorf("%+v is not what it is", v)
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"7", "0", " 2 ", "-1", "1.5", "999999999", "4294967295", "4294967296", "soon", "Sun, 01 Mar 2026 12:00:07 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"} {
		f.Add(503, seed, "Sun, 01 Mar 2026 12:00:00 GMT")
		f.Add(429, seed, "")
		f.Add(502, seed, "Sat, 01 Jan 0000 00:00:00 GMT")
	}
	f.Fuzz(func(t *testing.T, status int, after, date string) {
		resp := &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {after}, "Date": {date}}}
		wait, ok := retryAfter(resp)
		if wait < 0 || !ok && wait != 0 || ok && status != 429 && status != 503 {
			t.Errorf("%d, %q, %q: %s, %t", status, after, date, wait, ok)
		}
	})
}

func FuzzWireTime(f *testing.F) {
	for _, seed := range []string{
		`"2025-04-18T14:02:45.331Z"`, `"2025-05-11T16:28:08"`, `"2025-04-18T14:02:45+02:00"`, `"+33658-09-27T01:46:41Z"`, `"-1-01-01T00:00:00Z"`, `""`, `17`, `null`,
		`"9999-12-31T23:59:59-23:59"`, `"0000-01-01T00:00:00+23:59"`, `"2025-04-18T24:00:00Z"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var at wireTime
		if json.Unmarshal(data, &at) != nil {
			return
		}
		if at.Location() != time.UTC || at.Year() > maxYear || at.Year() < 0 {
			t.Errorf("%s is %s", data, at)
		}
		text, err := at.MarshalJSON()
		if err != nil {
			t.Fatalf("%s can't be written again: %v", data, err)
		}
		var again wireTime
		if err := json.Unmarshal(text, &again); err != nil || !again.Equal(at.Time) {
			t.Errorf("%s is %s, and %s is %s: %v", data, at, text, again, err)
		}
	})
}

func FuzzBucket(f *testing.F) {
	for _, rules := range []string{
		`[]`, `null`, `[{"type":"expire","everySeconds":3600,"shardGroupDurationSeconds":7200}]`, `[{"everySeconds":-1}]`, `[{"everySeconds":9223372036}]`,
		`[{"everySeconds":9223372037}]`, `[{"everySeconds":1.5}]`, `[{},{}]`,
	} {
		f.Add([]byte(`{"id":"` + fuzzID + `","name":"b","retentionRules":` + rules + `}`))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var bucket Bucket
		if json.Unmarshal(data, &bucket) != nil {
			return
		}
		rules, err := retentionRules(&bucket.Retention, &bucket.ShardGroup)
		if err != nil {
			t.Fatalf("%s has a retention that can't be sent: %v", data, err)
		}
		encoded, err := json.Marshal(map[string]any{"retentionRules": rules})
		if err != nil {
			t.Fatal(err)
		}
		var again Bucket
		if err := json.Unmarshal(encoded, &again); err != nil || again.Retention != bucket.Retention || again.ShardGroup != bucket.ShardGroup {
			t.Errorf("%s becomes %s: %v", data, encoded, err)
		}
	})
}

func FuzzSecretUnmarshalJSON(f *testing.F) {
	for _, seed := range []string{`"s"`, `null`, `""`, `"[redacted]"`, `7`, `{"a":1}`, `"\u0000"`, "\"\xff\"", `"a`, ` "s" `} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var secret Secret
		var plain *string
		err, plainErr := json.Unmarshal(data, &secret), json.Unmarshal(data, &plain)
		switch {
		case plainErr != nil || plain != nil && *plain == redacted:
			if err == nil || !secret.IsZero() {
				t.Errorf("%q: took it", data)
			}
			return
		case err != nil:
			t.Fatalf("%q: %v", data, err)
		case plain == nil && !secret.IsZero() || plain != nil && secret.Reveal() != *plain:
			t.Errorf("%q: another value", data)
		}
		if encoded, err := json.Marshal(secret); err != nil || !bytes.Equal(encoded, []byte(`"`+secret.String()+`"`)) {
			t.Errorf("marshalled to %s, %v", encoded, err)
		}
	})
}
