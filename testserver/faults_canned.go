package testserver

import (
	"bytes"
	"net/http"
	"regexp"
)

// Spoil names what a fault does to the reply of the real handler.
type Spoil string

// The ways to spoil a reply.
const (
	// SpoilGarbage replaces the body by something that is no JSON, and leaves the
	// status and the header.
	SpoilGarbage Spoil = "garbage"
	// SpoilHash changes the hash that comes with a token, so that it is not the
	// hash of the token. A reply without a hash stays as it is.
	SpoilHash Spoil = "wrong_hash"
)

// garbage is the body of SpoilGarbage.
const garbage = "<garbage>"

// hashMember finds the first digit of every hash in a JSON text.
var hashMember = regexp.MustCompile(`("hash"\s*:\s*")([0-9a-f])`)

// body spoils a body.
func (s Spoil) body(body []byte) []byte {
	switch s {
	case SpoilGarbage:
		return []byte(garbage)
	case SpoilHash:
		return hashMember.ReplaceAllFunc(body, func(match []byte) []byte {
			digit := byte('0')
			if match[len(match)-1] == digit {
				digit = '1'
			}
			return append(bytes.Clone(match[:len(match)-1]), digit)
		})
	default:
		return body
	}
}

// LostReply returns a fault that hits the next request of a route: the handler
// runs, and its reply gets lost. See Fault.Drop for GET.
func LostReply(op string) Fault { return Fault{Op: op, Times: 1, AfterRun: true, Drop: true} }

// Garbage returns a fault that hits the next request of a route: the handler
// runs, and its status comes with a body that is no JSON.
func Garbage(op string) Fault { return Fault{Op: op, Times: 1, Spoil: SpoilGarbage} }

// WrongHash returns a fault that hits the next request of a route of InfluxDB 3:
// the handler runs, and the hash in its reply is not that of the token.
func WrongHash(op string) Fault { return Fault{Op: op, Times: 1, Spoil: SpoilHash} }

// Redirect returns a fault that hits the next request of a route: the handler
// does not run, and the reply sends the client to a URL, with status 307. A client
// that follows it to this server makes a request of its own, in the journal too.
func Redirect(op, url string) Fault {
	f := redirect(url)
	f.Op, f.Times = op, 1
	return f
}

func redirect(url string) Fault {
	return Fault{Status: http.StatusTemporaryRedirect, Header: http.Header{"Location": {url}}}
}
