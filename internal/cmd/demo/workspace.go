package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// The hosts that a short provider address means, to Terraform and to OpenTofu.
var registryHosts = []string{"registry.terraform.io", "registry.opentofu.org"}

// mirroredVersion is the version that the mirror gives to the build. Nothing
// depends on it, because the configuration asks for no version; but 0.0.0 would
// mean none to the CLIs.
const mirroredVersion = "0.0.1"

// workspace is a temporary folder that only its owner can look into. It takes in
// everything that a run of the CLI reads and writes, the state with its secrets
// included.
type workspace struct {
	root   string
	config string // the copy of the configuration
}

// newWorkspace makes a workspace with a copy of the configuration and a mirror
// that holds the provider.
func newWorkspace(config, provider string) (*workspace, error) {
	root, err := os.MkdirTemp("", "influxdb-demo-") // mode 0700
	if err != nil {
		return nil, fmt.Errorf("temporary folder: %w", err)
	}
	// A name with a symbolic link in it would not be the one that the CLI sees.
	if resolved, err := filepath.EvalSymlinks(root); err == nil {
		root = resolved
	}
	w := &workspace{root: root, config: filepath.Join(root, "quickstart")}
	for _, folder := range []string{w.config, w.home(), w.temp()} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			return nil, errors.Join(err, w.remove())
		}
	}
	err = copyConfiguration(config, w.config)
	if err == nil {
		err = w.mirror(provider)
	}
	if err == nil {
		err = os.WriteFile(w.cliConfig(), []byte(w.cliConfigText()), 0o600)
	}
	if err != nil {
		return nil, errors.Join(err, w.remove())
	}
	return w, nil
}

func (w *workspace) home() string      { return filepath.Join(w.root, "home") }
func (w *workspace) temp() string      { return filepath.Join(w.root, "tmp") }
func (w *workspace) mirrored() string  { return filepath.Join(w.root, "mirror") }
func (w *workspace) dataDir() string   { return filepath.Join(w.root, "data") }
func (w *workspace) cliConfig() string { return filepath.Join(w.root, "cli.tfrc") }

// errLeftBehind is a temporary folder that could not be removed.
var errLeftBehind = errors.New("not cleaned up, remove the folder yourself, it holds secrets")

// remove removes the workspace with all that is in it.
func (w *workspace) remove() error {
	if err := os.RemoveAll(w.root); err != nil {
		return fmt.Errorf("%w: %s: %w", errLeftBehind, w.root, err)
	}
	return nil
}

// cliConfigText is the CLI's own configuration: providers come from the mirror
// and from nowhere else, so that nothing is downloaded.
func (w *workspace) cliConfigText() string {
	return fmt.Sprintf("disable_checkpoint = true\n\nprovider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n",
		filepath.ToSlash(w.mirrored()))
}

// mirror lays out a mirror that holds the provider, under the host names of both
// registries: each CLI asks for its own.
func (w *workspace) mirror(provider string) error {
	name := "terraform-provider-influxdb"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	first := ""
	for _, host := range registryHosts {
		folder := filepath.Join(w.mirrored(), host, "influxdb-tokens", "influxdb", mirroredVersion, runtime.GOOS+"_"+runtime.GOARCH)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return err
		}
		target := filepath.Join(folder, name)
		if first != "" && os.Link(first, target) == nil {
			continue
		}
		if err := copyFile(provider, target, 0o700); err != nil {
			return fmt.Errorf("copy of the provider: %w", err)
		}
		first = target
	}
	return nil
}

// copyConfiguration copies the configuration's files, and leaves states and locks
// behind.
func copyConfiguration(from, to string) error {
	files, err := filepath.Glob(filepath.Join(from, "*.tf"))
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	if len(files) == 0 {
		return fmt.Errorf("configuration: no .tf file in %s", from)
	}
	for _, file := range files {
		if err := copyFile(file, filepath.Join(to, filepath.Base(file)), 0o600); err != nil {
			return fmt.Errorf("copy of the configuration: %w", err)
		}
	}
	return nil
}

// copyFile copies one file.
func copyFile(from, to string, mode fs.FileMode) error {
	source, err := os.Open(from) //nolint:gosec // The flags name the files.
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode) //nolint:gosec // It is in our folder.
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Close())
}
