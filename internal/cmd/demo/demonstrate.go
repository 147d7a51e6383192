package main

import (
	"errors"
	"fmt"
	"path/filepath"
)

// demonstration is what the steps share.
type demonstration struct {
	*report

	stop   *stopper
	cli    *cli
	v3URL  string
	v2     *prepared
	tokens []token
	// current are the outputs of the last apply.
	current outputs
}

// demonstrate goes through all steps. Whatever happens, it ends what it has
// started and removes what it has written.
func demonstrate(stop *stopper, s settings, out *report) (err error) {
	ws, err := newWorkspace(s.config, s.provider)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ws.remove()) }()

	d := &demonstration{report: out, stop: stop, cli: &cli{path: s.cli, ws: ws, stop: stop}}
	if err := d.introduce(s); err != nil {
		return err
	}
	server, err := startServer(stop, s.server, ws.root)
	if err != nil {
		return err
	}
	defer server.end()
	if err := d.meetServers(server.serverURLs); err != nil {
		return err
	}
	for _, step := range []func() error{
		d.setUp, d.apply, d.useTokens, d.rotateByTrigger, d.rotateByReplace, d.planAgain, d.destroy,
	} {
		if err := stop.soft.Err(); err != nil {
			return err
		}
		if err := step(); err != nil {
			return err
		}
	}
	d.text("\nPROVEN: all %d tokens of both generations did what they should and nothing more, two rotations of the operator "+
		"token ended only the secret before, the next plan was empty, and destroy left only the two operator tokens.",
		len(d.tokens))
	return nil
}

// introduce says what is going to run.
func (d *demonstration) introduce(s settings) error {
	version, err := d.cli.version()
	if err != nil {
		return err
	}
	d.text("InfluxDB tokens as code, on a reference server of both generations of InfluxDB.")
	d.text("%s applies a copy of %s. Nothing is downloaded, and nothing is left behind.", version, shortPath(s.config))
	return nil
}

// shortPath returns the last two parts of a path.
func shortPath(path string) string {
	return filepath.ToSlash(filepath.Join(filepath.Base(filepath.Dir(path)), filepath.Base(path)))
}

// apply creates everything.
func (d *demonstration) apply() error {
	d.step("Apply the configuration: the operator token is minted, five more tokens are created")
	if _, err := d.cli.run([]int{0}, "init", "-input=false", "-no-color"); err != nil {
		return err
	}
	return d.applyWith()
}

// applyWith runs an apply with more arguments, and reads the outputs.
func (d *demonstration) applyWith(args ...string) error {
	result, err := d.cli.run([]int{0}, append([]string{"apply", "-auto-approve", "-input=false", "-no-color"}, args...)...)
	if err != nil {
		return err
	}
	d.commandLine(result.command, result.all())
	out, err := d.cli.outputs()
	if err != nil {
		return err
	}
	for _, secret := range out.secrets {
		d.know(secret)
	}
	d.current = out
	return nil
}

// useTokens proves every token by using it.
func (d *demonstration) useTokens() error {
	d.step("Use every token (only the beginning of a secret is shown)")
	return proveAll(d.stop.soft, d.tokens, d.current, func(output, what string) {
		d.line("%-27s %s", output, shorten(d.current.secrets[output]))
		d.line("  %s", what)
	})
}

// rotated is the value of the trigger after the first rotation.
const rotated = "rotation=2"

// rotateByTrigger changes the trigger.
func (d *demonstration) rotateByTrigger() error {
	d.step("Rotate the operator token: another value of its trigger")
	return d.rotate("-var", rotated)
}

// rotateByReplace replaces the resource.
func (d *demonstration) rotateByReplace() error {
	d.step("Rotate it once more: -replace")
	return d.rotate("-var", rotated, "-replace", "influxdb_operator_rotation.this")
}

// rotate runs an apply that rotates the operator token, and proves that it did
// this and nothing else.
func (d *demonstration) rotate(args ...string) error {
	before := d.current
	if err := d.applyWith(args...); err != nil {
		return err
	}
	if err := proveRotated(before, d.current); err != nil {
		return err
	}
	if err := proveAllRefused(d.stop.soft, d.tokens[:1], before); err != nil {
		return err
	}
	old, now := before.secrets[outputOperator], d.current.secrets[outputOperator]
	d.line("%s (fingerprint %s), the operator token before, is refused", shorten(old), old.Fingerprint())
	if err := proveAll(d.stop.soft, d.tokens, d.current, nil); err != nil {
		return err
	}
	d.line("%s (fingerprint %s), the new one, works: generation %d", shorten(now), now.Fingerprint(), d.current.generation)
	d.line("the %d other tokens are the same as before and still work", len(d.tokens)-1)
	return nil
}

// planAgain proves that there is nothing left to do.
func (d *demonstration) planAgain() error {
	d.step("Plan again: nothing to do")
	const noChanges, changes = 0, 2
	result, err := d.cli.run([]int{noChanges, changes}, "plan", "-detailed-exitcode", "-input=false", "-no-color", "-var", rotated)
	if err != nil {
		return err
	}
	if result.exit != noChanges {
		failed := &cliError{path: d.cli.path, args: []string{"plan"}, exit: result.exit, output: result.all()}
		return fmt.Errorf("the plan is not empty: %w", failed)
	}
	d.commandLine(result.command, result.all())
	return nil
}

// destroy proves that nothing is left but what destroy can't take away.
func (d *demonstration) destroy() error {
	d.step("Destroy everything")
	result, err := d.cli.run([]int{0}, "destroy", "-auto-approve", "-input=false", "-no-color", "-var", rotated)
	if err != nil {
		return err
	}
	d.commandLine(result.command, result.all())
	if err := proveAllRefused(d.stop.soft, d.tokens[1:], d.current); err != nil {
		return err
	}
	d.line("the %d tokens are refused now", len(d.tokens)-1)
	if err := proveOnlyOperator(d.stop.soft, d.v3URL, d.current.secrets[outputOperator]); err != nil {
		return err
	}
	d.line("InfluxDB 3 is left with _admin, the operator token, which no one can delete")
	if err := proveOnlySetup(d.stop.soft, d.v2); err != nil {
		return err
	}
	d.line("InfluxDB v2 is left with the token of its setup")
	return nil
}
