package apiv3

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// decodeBody applies the size limit to a body and undoes its encoding. Only the
// routes that read their body call it, so elsewhere neither is checked.
func (a *API) decodeBody(r *http.Request, body []byte) ([]byte, error) {
	encoding := "identity"
	if values := r.Header.Values("Content-Encoding"); len(values) > 0 {
		encoding = values[0]
	}
	if !visible(encoding) {
		return nil, &apiError{
			status: http.StatusInternalServerError,
			text:   "invalid content-encoding header: failed to convert header to a str",
		}
	}
	if encoding != "identity" && encoding != "gzip" {
		return nil, badRequest("unacceptable content-encoding: " + encoding)
	}
	if int64(len(body)) > a.config.MaxRequestSize {
		return nil, a.tooLarge()
	}
	if encoding == "identity" {
		return body, nil
	}
	// One byte beyond the limit tells a body of that size from a longer one.
	decoded, err := gunzip(body, a.config.MaxRequestSize+1)
	if err != nil {
		return nil, &apiError{
			status:   http.StatusBadRequest,
			text:     "error decoding gzip stream: " + gzipReason(err),
			since310: true,
		}
	}
	if int64(len(decoded)) > a.config.MaxRequestSize {
		return nil, a.tooLarge()
	}
	return decoded, nil
}

func (a *API) tooLarge() error {
	return &apiError{
		status:   http.StatusRequestEntityTooLarge,
		text:     fmt.Sprintf("max request size (%d bytes) exceeded", a.config.MaxRequestSize),
		since310: true,
	}
}

// gunzip decompresses all members of a gzip stream, up to a limit.
func gunzip(body []byte, limit int64) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(z, limit))
}

// gzipReason words a decompression error like the product's library.
func gzipReason(err error) string {
	if _, ok := errors.AsType[flate.CorruptInputError](err); ok {
		return "corrupt deflate stream"
	}
	switch {
	case errors.Is(err, gzip.ErrHeader):
		return "invalid gzip header"
	case errors.Is(err, gzip.ErrChecksum):
		return "corrupt gzip stream does not have a matching checksum"
	}
	return "unexpected end of file"
}

// requireJSON checks the type of the body before the body is looked at.
func requireJSON(r *http.Request) error {
	if !isJSONType(r.Header.Get("Content-Type")) {
		return &apiError{
			status: http.StatusUnsupportedMediaType,
			text:   "unacceptable content-type, expected: application/json",
		}
	}
	return nil
}
