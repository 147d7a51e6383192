package client_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"text/template"

	"github.com/hashicorp/go-hclog"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// The test vector of contract influxdb3.md section 0.2.
const (
	vectorToken = "apiv3_Jkalv-IPKqJR2P7QT0n28gFpf1iEwK-eZ7q6hXqyzrJu0kEPB-VE88eGXTTz9GKhwKm38-6qkykKPdhNeduS9g"
	vectorHash  = "f9d9ca5aa9015df867bc2f0c0ff4304502b75c736fc76a979c06eb82a3d0912b88d266d2bf6b4ec55420f965869630e7" +
		"f9f6d0db5a66c8225cd603e83723b21b"
)

// canary is a secret that no pattern knows.
const canary = "hunter2-canary"

// exposed and hidden hold a Secret in every way that a struct can.
type exposed struct {
	Token  client.Secret            `json:"token"`
	Ptr    *client.Secret           `json:"ptr"`
	List   []client.Secret          `json:"list"`
	ByName map[string]client.Secret `json:"by_name"`
	Any    any                      `json:"any"`
}

type hidden struct {
	token  client.Secret
	ptr    *client.Secret
	list   []client.Secret
	byName map[string]client.Secret
	keys   map[client.Secret]int
	any    any
}

// element is something that encoding/xml can write.
type element struct {
	Token client.Secret `xml:"token"`
}

func TestSecret_formatting(t *testing.T) {
	t.Parallel()
	secret := client.NewSecret(canary)
	holders := map[string]any{
		"value":   secret,
		"pointer": &secret,
		"slice":   []client.Secret{secret},
		"array":   [1]client.Secret{secret},
		"map":     map[string]client.Secret{"k": secret},
		"key":     map[client.Secret]int{secret: 1},
		"exposed": exposed{secret, &secret, []client.Secret{secret}, map[string]client.Secret{"k": secret}, secret},
		"hidden": hidden{
			secret, &secret, []client.Secret{secret}, map[string]client.Secret{"k": secret},
			map[client.Secret]int{secret: 1}, secret,
		},
		"hidden pointer": &hidden{token: secret, any: &secret},
		"in an error":    fmt.Errorf("token %v of %+v", secret, hidden{token: secret}),
	}
	for name, holder := range holders {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, flags := range []string{"", "+", "#", "-", " ", "0", "20", ".3", "-20.30", "+#"} {
				for _, verb := range "vsqxXdobcUteEfFgGpTw!" {
					format := "%" + flags + string(verb)
					got := fmt.Sprintf(format, holder)
					hex := fmt.Sprintf("%x", canary)
					for _, leak := range []string{canary, "hunter2", hex, strings.ToUpper(hex)} {
						if strings.Contains(got, leak) {
							t.Errorf("%s shows the secret: %s", format, got)
						}
					}
				}
			}
			if got := fmt.Sprint(holder) + fmt.Sprintln(holder); strings.Contains(got, canary) {
				t.Errorf("Sprint shows the secret: %s", got)
			}
		})
	}
}

func TestSecret_shows(t *testing.T) {
	t.Parallel()
	secret := client.NewSecret(canary)
	tests := map[string]struct{ got, want string }{
		"String":         {secret.String(), "[redacted]"},
		"GoString":       {secret.GoString(), "client.Secret([redacted])"},
		"Sprint":         {fmt.Sprint("is ", secret), "is [redacted]"},
		"%+v":            {fmt.Sprintf("%+v", secret), "[redacted]"},
		"%#v":            {fmt.Sprintf("%#v", secret), "client.Secret([redacted])"},
		"%q":             {fmt.Sprintf("%q", secret), "[redacted]"},
		"%x":             {fmt.Sprintf("%x", secret), "[redacted]"},
		"%d":             {fmt.Sprintf("%d", secret), "[redacted]"},
		"zero String":    {client.Secret{}.String(), ""},
		"zero %#v":       {fmt.Sprintf("%#v", client.Secret{}), "client.Secret()"},
		"LogValue":       {secret.LogValue().String(), "[redacted]"},
		"Reveal":         {secret.Reveal(), canary},
		"zero Reveal":    {client.Secret{}.Reveal(), ""},
		"of nothing":     {client.NewSecret("").GoString(), "client.Secret()"},
		"Hash of zero":   {client.Secret{}.Hash(), ""},
		"Fingerprint":    {client.NewSecret(vectorToken).Fingerprint(), vectorHash[:client.FingerprintLength]},
		"its zero":       {client.Secret{}.Fingerprint(), ""},
		"Hash of vector": {client.NewSecret(vectorToken).Hash(), vectorHash},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.got != test.want {
				t.Errorf("got %q, want %q", test.got, test.want)
			}
		})
	}
}

func TestSecret_equality(t *testing.T) {
	t.Parallel()
	one := client.NewSecret(strings.Clone(canary))
	two := client.NewSecret("hunter2" + "-canary")
	if one != two {
		t.Error("two Secrets of one value differ")
	}
	if one == client.NewSecret("other") || one == (client.Secret{}) {
		t.Error("Secrets of different values are equal")
	}
	if client.NewSecret("") != (client.Secret{}) || !client.NewSecret("").IsZero() || one.IsZero() {
		t.Error("the empty value is not the zero Secret, or something else is")
	}
	if n := map[client.Secret]int{one: 1, two: 2}[client.NewSecret(canary)]; n != 2 {
		t.Errorf("as a map key: got %d, want 2", n)
	}
}

func TestSecret_encodings(t *testing.T) {
	t.Parallel()
	secret := client.NewSecret(canary)
	value := exposed{secret, &secret, []client.Secret{secret}, map[string]client.Secret{"k": secret}, secret}
	encoders := map[string]func(*bytes.Buffer) error{
		"json":     func(b *bytes.Buffer) error { return json.NewEncoder(b).Encode(value) },
		"json key": func(b *bytes.Buffer) error { return json.NewEncoder(b).Encode(map[client.Secret]int{secret: 1}) },
		"json hidden": func(b *bytes.Buffer) error {
			return json.NewEncoder(b).Encode(map[string]any{"hidden": hidden{token: secret}})
		},
		"xml": func(b *bytes.Buffer) error { return xml.NewEncoder(b).Encode(element{secret}) },
		"template": func(b *bytes.Buffer) error {
			return template.Must(template.New("t").Parse("{{.Token}} {{printf \"%#v\" .}} {{.Any}}")).Execute(b, value)
		},
		"slog text": func(b *bytes.Buffer) error {
			slog.New(slog.NewTextHandler(b, nil)).Info("m", "token", secret, "struct", value, "hidden", hidden{token: secret},
				slog.Group("g", "token", &secret), "err", errors.New(secret.String()))
			return nil
		},
		"slog json": func(b *bytes.Buffer) error {
			slog.New(slog.NewJSONHandler(b, nil)).Info("m", "token", secret, "struct", value, "hidden", hidden{token: secret},
				slog.Group("g", "token", &secret))
			return nil
		},
		"hclog": func(b *bytes.Buffer) error {
			hclog.New(&hclog.LoggerOptions{Output: b}).Info("m", "token", secret, "struct", value, "list", []client.Secret{secret})
			return nil
		},
		"hclog json": func(b *bytes.Buffer) error {
			hclog.New(&hclog.LoggerOptions{Output: b, JSONFormat: true}).Info("m", "token", secret, "struct", value)
			return nil
		},
	}
	for name, encode := range encoders {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			if err := encode(&b); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(b.String(), "hunter2") {
				t.Errorf("the secret shows: %s", b.String())
			}
			if name != "json hidden" && !strings.Contains(b.String(), "[redacted]") {
				t.Errorf("no sign of a secret: %s", b.String())
			}
		})
	}
	if text, err := secret.MarshalText(); err != nil || string(text) != "[redacted]" {
		t.Errorf("MarshalText: %q, %v", text, err)
	}
}

func TestSecret_UnmarshalJSON(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		data, want string
		bad        bool
	}{
		"string":  {data: `"hunter2-canary"`, want: canary},
		"escaped": {data: `"hunter2\u002dcanary"`, want: canary},
		"empty":   {data: `""`},
		"null":    {data: `null`},
		"written": {data: `"[redacted]"`, bad: true}, // What was marshalled before holds no secret.
		"number":  {data: `5`, bad: true},
		"object":  {data: `{"hunter2":"hunter2-canary"}`, bad: true},
		"list":    {data: `["hunter2-canary"]`, bad: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			secret := client.NewSecret("what was there before")
			err := json.Unmarshal([]byte(test.data), &secret)
			if (err != nil) != test.bad {
				t.Fatalf("error %v, want one: %t", err, test.bad)
			}
			if err != nil {
				if strings.Contains(err.Error(), "hunter2") {
					t.Errorf("the error shows the value: %v", err)
				}
				return
			}
			if secret.Reveal() != test.want {
				t.Errorf("got a secret of %d bytes, want %d", len(secret.Reveal()), len(test.want))
			}
		})
	}
}
