package apiv3

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

const (
	// pathConfigure is the path of deletion, and how all token paths begin.
	pathConfigure = "/api/v3/configure/token"
	// pathOperator is where anybody can create the first operator token.
	pathOperator = pathConfigure + "/admin"
)

// createOperator creates the operator token. It looks at neither the headers
// nor the body.
func (a *API) createOperator(*http.Request, []byte) (response, error) {
	t, err := a.store.V3Bootstrap()
	if err != nil {
		return response{}, a.catalogError(err, store.V3OperatorName)
	}
	return created(t), nil
}

// regenerateOperator replaces the secret of the operator token. In Core any
// token may ask for it.
func (a *API) regenerateOperator(*http.Request, []byte) (response, error) {
	t, err := a.store.V3Regenerate()
	if err != nil {
		return response{}, a.catalogError(err, store.V3OperatorName)
	}
	return created(t), nil
}

// createNamedAdmin creates an admin token with a name of the caller's choice.
func (a *API) createNamedAdmin(r *http.Request, body []byte) (response, error) {
	if err := requireJSON(r); err != nil {
		return response{}, err
	}
	body, err := a.decodeBody(r, body)
	if err != nil {
		return response{}, err
	}
	req, err := decodeCreateNamedAdmin(body)
	if err != nil {
		return response{}, badJSON(err)
	}
	if req.expirySecs != nil && !a.version.since(10) && a.store.V3ExpiryOverflows(*req.expirySecs) {
		// The handler of 3.9 and earlier panics here, which closes the
		// connection without a reply.
		panic(http.ErrAbortHandler)
	}
	t, err := a.store.V3Create(req.tokenName, req.expirySecs)
	if err != nil {
		return response{}, a.catalogError(err, req.tokenName)
	}
	return created(t), nil
}

// deleteToken deletes a token by the name in the query string.
func (a *API) deleteToken(r *http.Request, _ []byte) (response, error) {
	var name string
	err := decodeForm(r.URL.RawQuery, []formField{{name: "token_name", set: func(v string) error {
		name = v
		return nil
	}}})
	if err != nil {
		return response{}, badForm(err)
	}
	if err := a.store.V3Delete(name); err != nil {
		return response{}, a.catalogError(err, name)
	}
	return newResponse(http.StatusOK), nil
}

// catalogError words an error of the store about the token of that name.
func (a *API) catalogError(err error, name string) error {
	switch {
	case errors.Is(err, store.ErrV3TokenExists):
		return &apiError{status: http.StatusConflict, text: "token name already exists, " + name}
	case errors.Is(err, store.ErrV3OperatorProtected):
		return &apiError{status: http.StatusMethodNotAllowed, text: "cannot delete operator token"}
	case errors.Is(err, store.ErrV3TokenNotFound):
		// Up to 3.7 the name was left out.
		if !a.version.since(8) {
			return &apiError{status: http.StatusNotFound, text: "the requested resource was not found"}
		}
		return &apiError{status: http.StatusNotFound, text: "the requested resource was not found: " + name}
	case errors.Is(err, store.ErrV3NoOperator):
		return &apiError{status: http.StatusInternalServerError, text: "missing admin token, cannot update"}
	}
	return err
}

// created returns the reply that shows a new secret. Its Content-Type really is
// these four letters.
func created(t store.V3Token) response {
	res := newResponse(http.StatusCreated)
	res.header.Set("Content-Type", "json")
	res.body = tokenObject(t)
	return res
}

// tokenObject encodes a token with its secret, the keys in the product's order.
func tokenObject(t store.V3Token) []byte {
	b := append([]byte(nil), `{"id":`...)
	b = strconv.AppendUint(b, t.ID, 10)
	b = append(b, `,"name":`...)
	b = appendJSONString(b, t.Name)
	b = append(b, `,"token":`...)
	b = appendJSONString(b, t.Token)
	b = append(b, `,"hash":`...)
	b = appendJSONString(b, t.Hash)
	b = append(b, `,"created_at":"`...)
	b = append(b, naiveTime(t.CreatedAt)...)
	b = append(b, `Z","expiry":`...)
	if t.Expiry == nil {
		return append(b, `null}`...)
	}
	b = append(b, '"')
	b = append(b, naiveTime(*t.Expiry)...)
	return append(b, `Z"}`...)
}
