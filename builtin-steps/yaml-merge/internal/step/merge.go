package step

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"unicode/utf8"

	securejoin "github.com/cyphar/filepath-securejoin"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/kustomize/kyaml/yaml/merge2"
)

// As Kargo sets them, where the host lets a program set permissions at all.
const (
	dirMode  = 0o700
	fileMode = 0o600
)

// maxBytes bounds all files that are merged together: their trees must fit into the memory of a guest.
const maxBytes = 4 << 20

// mergeFiles merges what config names and returns the message for a commit. No path leads out of workDir.
func mergeFiles(workDir string, config config) (string, error) {
	merged, found, err := mergeAll(workDir, config)
	if err != nil {
		return "", err
	}
	text := ""
	if merged != nil {
		if text, err = merged.String(); err != nil {
			return "", fmt.Errorf("error merging YAML files: the result cannot be written: %w", err)
		}
	}
	path, err := securejoin.SecureJoin(workDir, config.OutFile)
	if err != nil {
		return "", fmt.Errorf("error joining path %s with the work directory: %w", config.OutFile, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), dirMode); err != nil {
		return "", fmt.Errorf("error writing merged YAML to %s: %w", config.OutFile, plain(err))
	}
	if err := os.WriteFile(path, []byte(text), fileMode); err != nil {
		return "", fmt.Errorf("error writing merged YAML to %s: %w", config.OutFile, plain(err))
	}
	return commitMessage(found, config.OutFile), nil
}

// mergeAll merges the first documents of the files, later ones over earlier ones: the result, nil if there is nothing in
// them, and the files that are there.
func mergeAll(workDir string, config config) (merged *kyaml.RNode, found []string, err error) {
	var paths []string
	for _, name := range config.InFiles {
		path, err := securejoin.SecureJoin(workDir, name)
		if err != nil {
			return nil, nil, fmt.Errorf("error joining path %s with the work directory: %w", name, err)
		}
		if _, err := os.Stat(path); err != nil {
			if config.IgnoreMissingFiles && errors.Is(err, os.ErrNotExist) {
				continue
			}
			return nil, nil, fmt.Errorf("error finding input file %s: %w", name, plain(err))
		}
		paths, found = append(paths, path), append(found, name)
	}
	left := int64(maxBytes)
	for i, path := range paths {
		document, err := readDocument(path, &left)
		switch {
		case errors.Is(err, io.EOF):
			continue
		case err != nil:
			return nil, nil, fmt.Errorf("error merging YAML files: error reading input file %s: %w", found[i], plain(err))
		case merged == nil:
			merged = document
			continue
		}
		if merged, err = merge2.Merge(document, merged, kyaml.MergeOptions{}); err != nil {
			return nil, nil, fmt.Errorf("error merging YAML files: error merging in file %s: %w", found[i], err)
		}
	}
	return merged, found, nil
}

// readDocument reads the first document of a file and takes its length off left; io.EOF if there is none.
func readDocument(path string, left *int64) (*kyaml.RNode, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if *left -= info.Size(); *left < 0 {
		return nil, fmt.Errorf("at most %d bytes are merged, all files together", maxBytes)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if !utf8.Valid(text) {
		return nil, errors.New("the text is not UTF-8; save the file as UTF-8")
	}
	if isDeep(string(text)) {
		return nil, fmt.Errorf("collections are nested more than %d deep", mostLevels)
	}
	return kyaml.Parse(string(text))
}

// plain takes the path out of an error of the system: people know it relative to the work directory.
func plain(err error) error {
	var of *os.PathError
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}
