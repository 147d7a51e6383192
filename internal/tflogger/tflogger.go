// Package tflogger lets the SDK log through the logger of the Terraform RPC that
// it serves.
package tflogger

import (
	"context"
	"fmt"
	"io"
	"reflect"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/terraform-plugin-log/tflog"
)

// WithContext returns a context in which the SDK finds an hclog logger that
// writes to ctx's tflog logger. Redact is applied to every message and every
// value of every record: it is the second line of defence, since the SDK logs no
// secrets in the first place. It has to run on each record, because tflog's own
// masks cover top-level strings only and end with the RPC they were set in.
func WithContext(ctx context.Context, redact func(string) string) context.Context {
	logger := hclog.NewInterceptLogger(&hclog.LoggerOptions{Output: io.Discard, Level: hclog.Off})
	logger.RegisterSink(&sink{ctx: ctx, redact: redact})
	return hclog.WithContext(ctx, levelled{logger})
}

// levelled reports every level as enabled: which records are kept is tflog's
// decision.
type levelled struct{ hclog.InterceptLogger }

func (levelled) IsTrace() bool { return true }
func (levelled) IsDebug() bool { return true }
func (levelled) IsInfo() bool  { return true }
func (levelled) IsWarn() bool  { return true }
func (levelled) IsError() bool { return true }

type sink struct {
	ctx    context.Context //nolint:containedctx // The sink stands for this one RPC's logger.
	redact func(string) string
}

// Accept implements hclog.SinkAdapter.
func (s *sink) Accept(_ string, level hclog.Level, msg string, args ...any) {
	fields := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		fields[fmt.Sprint(args[i])] = s.value(args[i+1])
	}
	msg = s.redact(msg)
	switch level {
	case hclog.Trace, hclog.NoLevel:
		tflog.Trace(s.ctx, msg, fields)
	case hclog.Debug:
		tflog.Debug(s.ctx, msg, fields)
	case hclog.Info:
		tflog.Info(s.ctx, msg, fields)
	case hclog.Warn:
		tflog.Warn(s.ctx, msg, fields)
	case hclog.Error:
		tflog.Error(s.ctx, msg, fields)
	case hclog.Off:
	}
}

// value returns numbers and booleans as they are, texts redacted, and of everything
// else the type alone: a structure could carry a secret past the redaction, as bytes
// printed in decimal for example.
func (s *sink) value(value any) any {
	switch value := value.(type) {
	case bool, int, int32, int64, uint, uint32, uint64, float32, float64:
		return value
	case nil, error, fmt.Stringer, []string:
		return s.redact(fmt.Sprint(value))
	}
	if reflect.TypeOf(value).Kind() == reflect.String {
		return s.redact(fmt.Sprint(value))
	}
	return fmt.Sprintf("a value of type %T", value)
}
