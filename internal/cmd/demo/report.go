package main

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// report writes what the reader sees: numbered steps with a few lines each. No
// secret gets through it in full.
type report struct {
	w       io.Writer
	verbose bool
	steps   int
	// secrets are all that the demonstration has come to know.
	secrets []client.Secret
}

// know keeps secrets, so that they never show in full.
func (r *report) know(secrets ...client.Secret) {
	for _, secret := range secrets {
		if !secret.IsZero() && !slices.Contains(r.secrets, secret) {
			r.secrets = append(r.secrets, secret)
		}
	}
}

// tokenShapes matches everything that looks like a secret that InfluxDB issues.
// What shorten returns does not look like one.
var tokenShapes = regexp.MustCompile(`apiv3_[A-Za-z0-9_-]{16,}|[A-Za-z0-9_-]{86}==`)

// mask returns text with every secret shortened, the known ones and what looks
// like one.
func (r *report) mask(text string) string {
	for _, secret := range r.secrets {
		text = strings.ReplaceAll(text, secret.Reveal(), shorten(secret))
	}
	return tokenShapes.ReplaceAllStringFunc(text, func(match string) string { return shorten(client.NewSecret(match)) })
}

// text writes a line at the margin.
func (r *report) text(format string, args ...any) { r.write("", format, args...) }

// step begins the next numbered step.
func (r *report) step(format string, args ...any) {
	r.steps++
	r.write(fmt.Sprintf("\n%d. ", r.steps), format, args...)
}

// line writes a line below the step.
func (r *report) line(format string, args ...any) { r.write("   ", format, args...) }

// write writes a line. A write that fails stops the demonstration through its
// guardedWriter.
func (r *report) write(before, format string, args ...any) {
	_, _ = fmt.Fprintln(r.w, before+r.mask(fmt.Sprintf(format, args...)))
}

// commandLine shows a command of the CLI, and with -v all its output.
func (r *report) commandLine(command, output string) {
	r.line("$ %s", command)
	if r.verbose {
		_, _ = io.WriteString(r.w, indent(r.mask(output), "   | "))
		return
	}
	for _, line := range condense(output) {
		r.line("%s", line)
	}
}

// visible is how many characters of a secret are shown.
const visible = 2

// shorten returns the beginning of a secret: its prefix and two characters,
// which are enough to see that another one has taken its place.
func shorten(secret client.Secret) string {
	value := secret.Reveal()
	if secret.IsZero() {
		return "(none)"
	}
	prefix, rest := "", value
	if after, found := strings.CutPrefix(value, "apiv3_"); found {
		prefix, rest = "apiv3_", after
	}
	if len(rest) < 8*visible {
		return prefix + "…" // Two characters would be too much of it.
	}
	return prefix + rest[:visible] + "…"
}

// indent puts before in front of every line of text.
func indent(text, before string) string {
	if text = strings.TrimRight(text, "\n"); text == "" {
		return ""
	}
	return before + strings.ReplaceAll(text, "\n", "\n"+before) + "\n"
}
