package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// cli runs terraform or tofu in a workspace.
type cli struct {
	path string
	ws   *workspace
	stop *stopper
	// variables are the values of the configuration's variables. They go through
	// the environment, so that none shows in a list of processes.
	variables map[string]string
}

// cliError is a run of the CLI that failed.
type cliError struct {
	path   string
	args   []string
	exit   int
	output string
}

// Error says which run failed; the output is for a report of its own.
func (e *cliError) Error() string {
	return fmt.Sprintf("%s failed with exit code %d", e.command(), e.exit)
}

// command returns the command line as the reader would type it.
func (e *cliError) command() string { return commandLine(e.path, e.args) }

// hiddenArgs are arguments that are for us and not for the reader.
var hiddenArgs = []string{"-no-color", "-input=false"}

// commandLine returns a command line as the reader would type it.
func commandLine(path string, args []string) string {
	words := []string{filepath.Base(path)}
	for _, arg := range args {
		if !slices.Contains(hiddenArgs, arg) {
			words = append(words, arg)
		}
	}
	return strings.Join(words, " ")
}

// ran is what a run of the CLI has written.
type ran struct {
	command        string
	stdout, stderr string
	exit           int
}

// all is everything that was written.
func (r ran) all() string { return r.stdout + r.stderr }

// run runs the CLI. A soft stop interrupts it, as Ctrl-C would, and waits for it.
// An exit code other than those of accept is a cliError.
func (c *cli) run(accept []int, args ...string) (ran, error) {
	if err := c.stop.soft.Err(); err != nil {
		return ran{}, err
	}
	cmd := command(c.stop.soft, interruptGroup, c.path, args...)
	cmd.Dir = c.ws.config
	cmd.Env = c.environment(os.Environ())
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		return ran{}, fmt.Errorf("start %s: %w", filepath.Base(c.path), err)
	}
	err := wait(c.stop.hard, cmd)
	if stopped := c.stop.soft.Err(); stopped != nil {
		return ran{}, stopped
	}
	result := ran{commandLine(c.path, args), stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		return result, fmt.Errorf("%s: %w", result.command, err)
	}
	if !slices.Contains(accept, result.exit) {
		return result, &cliError{path: c.path, args: args, exit: result.exit, output: result.all()}
	}
	return result, nil
}

// inherited are the variables of the environment that the CLI gets to see. The
// user's TF_…, INFLUX… and configuration files must not change what is shown.
var inherited = []string{"PATH", "LANG", "LC_ALL", "SYSTEMROOT"}

// environment returns the environment of the CLI.
func (c *cli) environment(ours []string) []string {
	env := map[string]string{
		"HOME": c.ws.home(), "TMPDIR": c.ws.temp(), "TMP": c.ws.temp(), "TEMP": c.ws.temp(),
		"CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": c.ws.cliConfig(), "TF_DATA_DIR": c.ws.dataDir(),
		"TF_IN_AUTOMATION": "1",
	}
	for _, pair := range ours {
		if name, value, _ := strings.Cut(pair, "="); slices.Contains(inherited, strings.ToUpper(name)) {
			env[name] = value
		}
	}
	for name, value := range c.variables {
		env["TF_VAR_"+name] = value
	}
	list := make([]string, 0, len(env))
	for _, name := range slices.Sorted(maps.Keys(env)) {
		list = append(list, name+"="+env[name])
	}
	return list
}

// version returns the name and version of the CLI: "OpenTofu v1.12.6".
func (c *cli) version() (string, error) {
	result, err := c.run([]int{0}, "version")
	if err != nil {
		return "", err
	}
	first, _, _ := strings.Cut(result.stdout, "\n")
	return strings.TrimSpace(first), nil
}

// outputs are the values that the configuration puts out.
type outputs struct {
	secrets    map[string]client.Secret
	generation int64
}

// outputs reads the values that the configuration puts out.
func (c *cli) outputs() (outputs, error) {
	result, err := c.run([]int{0}, "output", "-json", "-no-color")
	if err != nil {
		return outputs{}, err
	}
	return parseOutputs([]byte(result.stdout))
}

// parseOutputs reads what "output -json" has written. Its errors do not quote it.
func parseOutputs(text []byte) (outputs, error) {
	var parsed map[string]struct {
		Sensitive bool            `json:"sensitive"`
		Value     json.RawMessage `json:"value"`
	}
	if json.Unmarshal(text, &parsed) != nil {
		return outputs{}, errors.New("the outputs are not JSON")
	}
	out := outputs{secrets: map[string]client.Secret{}}
	for _, name := range slices.Sorted(maps.Keys(parsed)) {
		value := parsed[name]
		if name == outputGeneration {
			if json.Unmarshal(value.Value, &out.generation) != nil {
				return outputs{}, fmt.Errorf("the output %s is no number", name)
			}
			continue
		}
		var secret client.Secret
		if json.Unmarshal(value.Value, &secret) != nil || secret.IsZero() {
			return outputs{}, fmt.Errorf("the output %s holds no token", name)
		}
		if !value.Sensitive {
			return outputs{}, fmt.Errorf("the output %s is not marked as sensitive", name)
		}
		out.secrets[name] = secret
	}
	return out, nil
}
