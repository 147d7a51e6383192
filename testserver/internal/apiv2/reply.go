package apiv2

import (
	"encoding/json"
	"net/http"
)

// compactJSON is a body without indentation.
type compactJSON struct{ value any }

// rawBody is a body that is sent as it is; the handler has set its content type.
type rawBody []byte

// respond sends a reply. JSON is indented by tabs and has no line end.
func respond(w http.ResponseWriter, status int, body any) {
	var data []byte
	var err error
	switch b := body.(type) {
	case nil:
		w.WriteHeader(status)
		return
	case rawBody:
		w.WriteHeader(status)
		writeBody(w, b)
		return
	case compactJSON:
		data, err = json.Marshal(b.value)
	default:
		data, err = json.MarshalIndent(b, "", "\t")
	}
	if err != nil {
		respondError(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	writeBody(w, data)
}

// writeBody writes a body to a client that may have gone, which is no error of
// the server.
func writeBody(w http.ResponseWriter, data []byte) { _, _ = w.Write(data) }
