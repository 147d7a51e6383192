package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"
)

// retentionRule is how InfluxDB v2 writes how long a bucket keeps its data. A
// bucket has one at most.
type retentionRule struct {
	Type       string `json:"type"`
	Every      *int64 `json:"everySeconds,omitempty"`
	ShardGroup *int64 `json:"shardGroupDurationSeconds,omitempty"`
}

// retentionRules makes the rules of a request; nil says nothing of a value.
func retentionRules(retention, shardGroup *time.Duration) ([]retentionRule, error) {
	rule := retentionRule{Type: "expire"}
	for _, each := range []struct {
		name  string
		given *time.Duration
		wire  **int64
	}{{"retention", retention, &rule.Every}, {"time of a shard group", shardGroup, &rule.ShardGroup}} {
		if each.given == nil {
			continue
		}
		seconds, err := wholeSeconds(each.name, *each.given)
		if err != nil {
			return nil, err
		}
		*each.wire = &seconds
	}
	if retention != nil {
		if err := checkRetention(*retention); err != nil {
			return nil, err
		}
	}
	if rule.Every == nil && rule.ShardGroup == nil {
		return nil, nil
	}
	return []retentionRule{rule}, nil
}

// checkRetention refuses what the server does with a 500, which says nothing of what was
// done.
func checkRetention(d time.Duration) error {
	if d > 0 && d < time.Hour {
		return fmt.Errorf("a bucket's retention is at least an hour, or 0 for ever, not %s", d)
	}
	return nil
}

// wholeSeconds returns d in the unit of the API.
func wholeSeconds(name string, d time.Duration) (int64, error) {
	if d < 0 || d%time.Second != 0 {
		return 0, fmt.Errorf("a bucket's %s is a whole number of seconds and not negative, not %s", name, d)
	}
	return int64(d / time.Second), nil
}

// duration reads a number of seconds; absent is 0.
func duration(seconds *int64) (time.Duration, error) {
	switch {
	case seconds == nil:
		return 0, nil
	case *seconds < 0 || *seconds > int64(math.MaxInt64/time.Second):
		return 0, errors.New("a number of seconds that is no time")
	}
	return time.Duration(*seconds) * time.Second, nil
}

// UnmarshalJSON reads a bucket as the server sends it, with its retention in a
// list of rules.
func (b *Bucket) UnmarshalJSON(data []byte) error {
	type plain Bucket
	wire := struct {
		*plain
		Rules []retentionRule `json:"retentionRules"`
	}{plain: (*plain)(b)}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	b.Retention, b.ShardGroup = 0, 0
	for _, rule := range wire.Rules {
		var err error
		if b.Retention, err = duration(rule.Every); err != nil {
			return err
		}
		if b.ShardGroup, err = duration(rule.ShardGroup); err != nil {
			return err
		}
	}
	return nil
}
