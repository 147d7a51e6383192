// Package apidiag is the one place where an error of the SDK becomes a
// diagnostic: what happened, what is safe, and what to do next.
package apidiag

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// Call says what the provider was doing, for a reader who knows the
// configuration and not the API.
type Call struct {
	// Action is "create", "read", "update", "delete", "import" or "look up".
	Action string
	// Object is "admin token", "authorization", "operator token", …
	Object string
	// Safe says what the failure has left as it was: "Nothing was created."
	Safe string
	// Conflict, NotFound, NoToken, Unauthorized and Forbidden say what to do in
	// that case, where this call knows better than the general advice.
	Conflict, NotFound, NoToken, Unauthorized, Forbidden string
	// Unknown adds to the SDK's advice about a call of unknown outcome.
	Unknown string
	// Found is what a look after a call of unknown outcome has shown, and what to
	// do about it, in place of the SDK's general advice.
	Found string
}

// Error returns the diagnostic for err.
func (c Call) Error(err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic(c.summary(err), c.detail(err))
}

// AttributeError returns the diagnostic for err, about the attribute at p.
func (c Call) AttributeError(p path.Path, err error) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(p, c.summary(err), c.detail(err))
}

func (c Call) summary(err error) string {
	if errors.Is(err, client.ErrOutcomeUnknown) {
		return fmt.Sprintf("Unknown whether the %s was %s", c.Object, pastTense(c.Action))
	}
	return fmt.Sprintf("Unable to %s %s", c.Action, c.Object)
}

func pastTense(action string) string {
	switch action {
	case "read":
		return "read"
	case "look up":
		return "looked up"
	case "import":
		return "imported"
	}
	return action + "d"
}

// detail joins the paragraphs: what was said, what is safe, what to do, and the
// facts.
func (c Call) detail(err error) string {
	var paragraphs []string
	add := func(text string) {
		if text != "" {
			paragraphs = append(paragraphs, text)
		}
	}
	add(said(err))
	if errors.Is(err, client.ErrOutcomeUnknown) {
		if unknown, ok := errors.AsType[*client.OutcomeUnknownError](err); ok {
			add(unknown.Evidence)
			add(first(c.Found, unknown.Advice))
			add(c.Unknown)
		}
	} else {
		add(c.Safe)
		add(c.advice(err))
	}
	add(facts(err))
	return strings.Join(paragraphs, "\n\n")
}

// said is what happened, in a sentence.
func said(err error) string {
	if _, ok := errors.AsType[*client.CredentialInDoubtError](err); ok {
		return "Nothing was sent, because the token that the provider authenticates with may have been replaced by a rotation " +
			"whose reply was lost."
	}
	if wrong, ok := errors.AsType[*client.GenerationError](err); ok {
		return sentence(wrong.Error())
	}
	if unknown, ok := errors.AsType[*client.OutcomeUnknownError](err); ok {
		if _, direct := err.(*client.OutcomeUnknownError); !direct { //nolint:errorlint // Only a wrapped one needs its wrapper's words.
			return sentence(err.Error())
		}
		return fmt.Sprintf("The request was sent and no usable reply came: %s", sentence(cause(unknown.Err)))
	}
	if hidden, ok := errors.AsType[*client.HiddenAuthorizationError](err); ok {
		return sentence(fmt.Sprintf("authorization %s still exists on the server, but its %s was deleted", hidden.ID, hidden.Gone))
	}
	if reply, ok := errors.AsType[*client.Error](err); ok {
		switch {
		case reply.Location != "":
			return "The server redirects to " + reply.Location + ". The provider does not follow redirects, " +
				"because the credential could end up somewhere else."
		case reply.Message == "":
			return "The server answered " + status(reply) + ", without a message that InfluxDB would send."
		case reply.StatusCode < http.StatusMultipleChoices: // Then the SDK says what is wrong with it.
			return sentence(strings.ToUpper(reply.Message[:1]) + reply.Message[1:])
		}
		return "The server said: " + sentence(reply.Message)
	}
	if failed, ok := errors.AsType[*client.RequestError](err); ok {
		return "The server could not be asked: " + sentence(failed.Err.Error())
	}
	return sentence(err.Error())
}

// cause is the shortest true text for why there is no usable reply.
func cause(err error) string {
	if reply, ok := errors.AsType[*client.Error](err); ok {
		text := status(reply)
		if reply.Message != "" {
			text += ": " + reply.Message
		}
		return text
	}
	if failed, ok := errors.AsType[*client.RequestError](err); ok {
		return failed.Err.Error()
	}
	return err.Error()
}

// status returns number and text of a status, which need not have one.
func status(reply *client.Error) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", reply.StatusCode, http.StatusText(reply.StatusCode)))
}

// sentence gives text a full stop.
func sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || strings.HasSuffix(text, ".") || strings.HasSuffix(text, "…") {
		return text
	}
	return text + "."
}

// advice says what the reader can do.
func (c Call) advice(err error) string {
	reply, isReply := errors.AsType[*client.Error](err)
	_, isGeneration := errors.AsType[*client.GenerationError](err)
	_, isHidden := errors.AsType[*client.HiddenAuthorizationError](err)
	_, isRequest := errors.AsType[*client.RequestError](err)
	_, inDoubt := errors.AsType[*client.CredentialInDoubtError](err)
	switch {
	case inDoubt:
		return "See the error of the rotation for what has happened to the token, and what to do."
	case isGeneration:
		return "Use a provider configuration whose url names a server of the right generation: influxdb_admin_token " +
			"and influxdb_operator_rotation need InfluxDB 3, influxdb_authorization needs InfluxDB v2."
	case errors.Is(err, client.ErrNoToken):
		return first(c.NoToken, "Set token or token_file in the provider block, or INFLUXDB_TOKEN in the environment.")
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return "Check token_file in the provider block, or INFLUXDB_TOKEN_FILE in the environment."
	case isHidden: // The caller knows what that means for what it was doing.
		return ""
	case client.IsConflict(err):
		return c.Conflict
	case client.IsNotFound(err):
		return c.NotFound
	case client.IsAuthDisabled(err):
		return "The server was started without authentication (--without-auth) and has no tokens."
	case client.IsUnauthorized(err):
		return first(c.Unauthorized, "The credential of the provider is not valid on this server: it is mistyped, "+
			"expired, inactive, deleted, or was replaced by a rotation. Check token or token_file in the provider "+
			"block, and the environment variables INFLUXDB_TOKEN, INFLUXDB3_AUTH_TOKEN and INFLUX_TOKEN.")
	case client.IsForbidden(err):
		return first(c.Forbidden, "The credential of the provider is valid and lacks the permission that the server "+
			"names. Use a token that holds it.")
	case isRequest:
		return "Check the url of the provider, the network and TLS settings, and that the server runs; then run the " +
			"same command again."
	case isReply && reply.StatusCode == http.StatusTooManyRequests:
		return "The server is under load. Run the same command again later, or with a lower -parallelism."
	case isReply && reply.StatusCode >= 500:
		return "This is a fault of the server or of a proxy in front of it. Look into its log, then run the same " +
			"command again."
	case isReply && (reply.StatusCode == http.StatusNotFound || reply.StatusCode >= 300 && reply.StatusCode < 400):
		return "The reply does not come from the API of InfluxDB. Check the url of the provider."
	}
	return ""
}

func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// facts is the block that a bug report needs.
func facts(err error) string {
	var lines []string
	line := func(name, value string) {
		if value != "" {
			lines = append(lines, "  "+name+": "+value)
		}
	}
	if unknown, ok := errors.AsType[*client.OutcomeUnknownError](err); ok {
		line("Request", unknown.Method+" "+unknown.Route)
		line("Sent at", unknown.SentAt.UTC().Format("2006-01-02T15:04:05Z"))
	} else if reply, ok := errors.AsType[*client.Error](err); ok {
		line("Request", reply.Method+" "+reply.Route)
	} else if failed, ok := errors.AsType[*client.RequestError](err); ok {
		line("Request", failed.Method+" "+failed.Route)
		if failed.Attempts > 1 {
			line("Attempts", fmt.Sprint(failed.Attempts))
		}
	}
	if reply, ok := errors.AsType[*client.Error](err); ok {
		line("Status", status(reply))
		line("Code", reply.Code)
		line("Request ID", reply.RequestID)
		if reply.Attempts > 1 {
			line("Attempts", fmt.Sprint(reply.Attempts))
		}
	}
	return strings.Join(lines, "\n")
}
