package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// refusedWrite is a write that the server has refused.
type refusedWrite struct {
	status  int
	message string
}

// Error says what the server said.
func (e *refusedWrite) Error() string { return fmt.Sprintf("status %d: %s", e.status, e.message) }

// forbidden reports whether the server refused it because the token lacks the
// permission.
func (e *refusedWrite) forbidden() bool { return e.status == http.StatusForbidden }

// writePoint writes one point to a bucket of InfluxDB v2, as any program with the
// token would. The SDK is for tokens and has no call for it.
func writePoint(ctx context.Context, base string, token client.Secret, orgID, bucketID string) error {
	target := base + "/api/v2/write?" + url.Values{"orgID": {orgID}, "bucket": {bucketID}, "precision": {"s"}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader("demo,made_by=terraform value=1i"))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Token "+token.Reveal())
	httpClient := &http.Client{Timeout: 10 * time.Second}
	resp, err := httpClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode == http.StatusNoContent {
		return nil
	}
	refused := &refusedWrite{status: resp.StatusCode, message: http.StatusText(resp.StatusCode)}
	var body struct {
		Message string `json:"message"`
	}
	if json.NewDecoder(io.LimitReader(resp.Body, 4<<10)).Decode(&body) == nil && body.Message != "" {
		refused.message = client.Redact(body.Message, token)
	}
	return refused
}
