package step

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// config is the configuration of the step, checked; schema.json describes it.
type config struct {
	// InFiles are the files to merge, relative to the work directory.
	InFiles []string `json:"inFiles"`
	// OutFile is the file that is written, relative to the work directory.
	OutFile string `json:"outFile"`
	// IgnoreMissingFiles says that files that are not there are left out.
	IgnoreMissingFiles bool `json:"ignoreMissingFiles"`
}

// configError is a configuration that is not valid. It stays so however often it is tried.
type configError struct {
	problem string
}

func (e *configError) Error() string {
	return "invalid yaml-merge config: " + e.problem
}

// parseConfig reads and checks the configuration; a missing one counts as empty.
func parseConfig(text json.RawMessage) (config, error) {
	var parsed config
	if len(text) > 0 {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&parsed); err != nil {
			return parsed, &configError{strings.TrimPrefix(err.Error(), "json: ")}
		}
	}
	switch {
	case len(parsed.InFiles) == 0:
		return parsed, &configError{"inFiles is required"}
	case parsed.OutFile == "":
		return parsed, &configError{"outFile is required"}
	}
	return parsed, nil
}

// commitMessage says what became of the files inFiles; nothing if there were none.
func commitMessage(inFiles []string, outFile string) string {
	switch len(inFiles) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("Wrote %s to %s", inFiles[0], outFile)
	}
	return fmt.Sprintf("Merged %d YAML files to %s\n- %s", len(inFiles), outFile, strings.Join(inFiles, "\n- "))
}
