package apiv3

import "net/http"

// revision stands for the product's commit, which has no meaning here.
const revision = "0000000000"

// ping tells what server this is.
func (a *API) ping(*http.Request, []byte) (response, error) {
	b := []byte{'{'}
	if a.version.since(9) {
		b = append(b, `"product_name":"InfluxDB 3 `+a.build()+`",`...)
	}
	b = append(b, `"version":`...)
	b = appendJSONString(b, a.version.String())
	b = append(b, `,"revision":"`+revision+`","process_id":`...)
	b = appendJSONString(b, a.processID)
	res := typed("application/json", append(b, '}'))
	id := a.store.V3RequestID()
	res.header.Set("Request-Id", id)
	res.header.Set("X-Request-Id", id)
	res.header.Set("X-Influxdb-Build", a.build())
	res.header.Set("X-Influxdb-Version", a.version.String())
	return res, nil
}

// health says that the server is up.
func (a *API) health(*http.Request, []byte) (response, error) {
	if !a.version.since(8) {
		return text(http.StatusOK, "OK"), nil
	}
	return typed("text/plain; charset=utf-8", []byte("OK")), nil
}

// metrics is a Prometheus exposition of no metrics.
func (a *API) metrics(*http.Request, []byte) (response, error) {
	const body = "# EOF\n"
	if !a.version.since(8) {
		return text(http.StatusOK, body), nil
	}
	return typed("text/plain; version=0.0.4; charset=utf-8", []byte(body)), nil
}
