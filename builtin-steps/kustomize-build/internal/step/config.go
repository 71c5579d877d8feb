package step

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// outputFormat is how the files of an output directory are named.
type outputFormat string

const (
	formatKargo     outputFormat = "kargo"
	formatKustomize outputFormat = "kustomize"
)

// config is the configuration of the step, checked; schema.json describes it.
type config struct {
	// Path is the directory of the kustomization, relative to the work directory.
	Path string `json:"path"`
	// OutPath is the file (.yaml, .yml) or directory that is written, relative to the work directory.
	OutPath string `json:"outPath"`
	// OutputFormat names the files of an output directory.
	OutputFormat outputFormat `json:"outputFormat"`
	// Plugin is accepted for the day on which charts are inflated; nothing reads it until then.
	Plugin struct {
		Helm struct {
			APIVersions []string `json:"apiVersions"`
			KubeVersion string   `json:"kubeVersion"`
		} `json:"helm"`
	} `json:"plugin"`
}

// configError is a configuration that is not valid. It stays so however often it is tried.
type configError struct {
	problems []string
}

func (e *configError) Error() string {
	return "invalid kustomize-build config: " + strings.Join(e.problems, "; ")
}

// parseConfig reads and checks the configuration; a missing one counts as empty.
func parseConfig(text json.RawMessage) (config, error) {
	parsed := config{OutputFormat: formatKargo}
	if len(text) > 0 {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&parsed); err != nil {
			return parsed, &configError{[]string{strings.TrimPrefix(err.Error(), "json: ")}}
		}
	}
	var problems []string
	if parsed.Path == "" {
		problems = append(problems, "path is required")
	}
	if parsed.OutPath == "" {
		problems = append(problems, "outPath is required")
	}
	if parsed.OutputFormat != formatKargo && parsed.OutputFormat != formatKustomize {
		problems = append(problems, fmt.Sprintf("outputFormat must be kargo or kustomize, not %q", parsed.OutputFormat))
	}
	if len(problems) > 0 {
		return parsed, &configError{problems}
	}
	return parsed, nil
}
