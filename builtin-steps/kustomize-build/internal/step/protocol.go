// Package step is the promotion step kustomize-build: it reads the request, builds, and says how it went.
package step

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
)

// request is what a command step reads from its standard input, as far as it is used here.
type request struct {
	Config json.RawMessage `json:"config"`
}

// outcome is how an attempt ended, in the words of the contract.
type outcome struct {
	Status  string `json:"status"`
	Message string `json:"message,omitempty"`
	Fault   string `json:"fault,omitempty"`
}

// Dirs are the directories that the host opens for a step, as absolute paths.
type Dirs struct {
	// Work is the work directory, to which the paths of the configuration are relative.
	Work string
	// Scratch is where remote repositories are checked out.
	Scratch string
}

// Run carries one attempt out: it reads the request from stdin, works in dirs, and writes the outcome to stdout. Errors
// are outcomes too and are written there, since a message may have more than one line; the result is the exit code of
// the program.
func Run(stdin io.Reader, stdout io.Writer, dirs Dirs) int {
	var asked request
	if err := json.NewDecoder(stdin).Decode(&asked); err != nil {
		return report(stdout, fmt.Errorf("the request cannot be read: %w", err))
	}
	return report(stdout, execute(dirs, asked.Config))
}

// execute builds what the configuration names.
func execute(dirs Dirs, text json.RawMessage) error {
	config, err := parseConfig(text)
	if err != nil {
		return err
	}
	// Files may be loaded from anywhere in the work directory. A path that climbs out of it is an error, as in Kargo,
	// while an output path that does is clamped.
	resources, err := build(newConfined(dirs.Work, dirs.Scratch), filepath.Join(dirs.Work, config.Path))
	if err != nil {
		return err
	}
	if err := write(dirs.Work, config, resources); err != nil {
		return fmt.Errorf("failed to write built manifests to %q: %w", config.OutPath, err)
	}
	return nil
}

// report writes the outcome that err stands for; nothing is written for success.
func report(stdout io.Writer, err error) int {
	if err == nil {
		return 0
	}
	// Kargo's step does not tell errors that may go away from those that stay, so every one may be tried again.
	ended := outcome{Status: "errored", Message: err.Error(), Fault: "retryable"}
	var invalid *configError
	if errors.As(err, &invalid) {
		ended = outcome{Status: "failed", Message: err.Error(), Fault: "terminal"}
	}
	if json.NewEncoder(stdout).Encode(map[string]outcome{"windlass": ended}) != nil {
		return 2
	}
	return 0
}
