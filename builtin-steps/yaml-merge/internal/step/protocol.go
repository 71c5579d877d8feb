// Package step is the promotion step yaml-merge: it reads the request, merges, and says how it went.
package step

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// request is what a command step reads from its standard input, as far as it is used here.
type request struct {
	Config json.RawMessage `json:"config"`
}

// outcome is how an attempt ended, in the words of the contract.
type outcome struct {
	Status  string            `json:"status"`
	Message string            `json:"message,omitempty"`
	Fault   string            `json:"fault,omitempty"`
	Output  map[string]string `json:"output,omitempty"`
}

// panicError is a panic of the library. What makes it panic stays so however often it is tried.
type panicError struct {
	reason any
}

func (e *panicError) Error() string {
	return fmt.Sprintf("the library panicked: %v", e.reason)
}

// Run carries one attempt out: it reads the request from stdin, works in workDir, and writes the outcome to stdout. Errors
// are outcomes too; the result is the exit code of the program.
func Run(stdin io.Reader, stdout io.Writer, workDir string) int {
	var asked request
	if err := json.NewDecoder(stdin).Decode(&asked); err != nil {
		return report(stdout, "", fmt.Errorf("the request cannot be read: %w", err))
	}
	message, err := execute(workDir, asked.Config)
	return report(stdout, message, err)
}

func execute(workDir string, text json.RawMessage) (message string, err error) {
	config, err := parseConfig(text)
	if err != nil {
		return "", err
	}
	// Malformed documents make the library panic now and then. Nothing is written before it has done its work.
	defer func() {
		if reason := recover(); reason != nil {
			err = &panicError{reason}
		}
	}()
	return mergeFiles(workDir, config)
}

// report writes the outcome that a message for a commit or an error stands for.
func report(stdout io.Writer, message string, err error) int {
	ended := outcome{Status: "succeeded"}
	if message != "" {
		ended.Output = map[string]string{"commitMessage": message}
	}
	var invalid *configError
	var panicked *panicError
	switch {
	case errors.As(err, &invalid):
		ended = outcome{Status: "failed", Message: err.Error(), Fault: "terminal"}
	case errors.As(err, &panicked):
		ended = outcome{Status: "errored", Message: err.Error(), Fault: "terminal"}
	case err != nil:
		// Kargo's step does not tell errors that may go away from those that stay, so every one may be tried again.
		ended = outcome{Status: "errored", Message: err.Error(), Fault: "retryable"}
	}
	if json.NewEncoder(stdout).Encode(map[string]outcome{"windlass": ended}) != nil {
		return 2
	}
	return 0
}
