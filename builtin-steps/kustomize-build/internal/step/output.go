package step

import (
	"maps"
	"os"
	"path/filepath"
	"slices"

	securejoin "github.com/cyphar/filepath-securejoin"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/yaml"
)

// As Kargo sets them, where the host lets a program set permissions at all.
const (
	dirMode  = 0o700
	fileMode = 0o600
)

// write writes the resources to the output path, clamped to workDir: all into one file if it is named like one, else
// each into a file of its own. Files that are there and have other names stay.
func write(workDir string, config config, resources resmap.ResMap) error {
	path, err := securejoin.SecureJoin(workDir, config.OutPath)
	if err != nil {
		return err
	}
	if extension := filepath.Ext(path); extension == ".yaml" || extension == ".yml" {
		return writeFile(path, resources)
	}
	if err := os.MkdirAll(path, dirMode); err != nil {
		return err
	}
	namespaces := resources.GroupedByCurrentNamespace()
	for _, namespace := range slices.Sorted(maps.Keys(namespaces)) {
		err := writeEach(path, config.OutputFormat, namespaces[namespace], len(namespaces) > 1)
		if err != nil {
			return err
		}
	}
	return writeEach(path, config.OutputFormat, resources.ClusterScoped(), false)
}

func writeFile(path string, resources resmap.ResMap) error {
	if err := os.MkdirAll(filepath.Dir(path), dirMode); err != nil {
		return err
	}
	text, err := resources.AsYaml()
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, fileMode)
}

func writeEach(dir string, format outputFormat, objects []*resource.Resource, manyNamespaces bool) error {
	for _, object := range objects {
		name := fileName(format, object, manyNamespaces)
		if err := checkFileName(name); err != nil {
			return err
		}
		fields, err := object.Map()
		if err != nil {
			return err
		}
		text, err := yaml.Marshal(fields)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, fileMode); err != nil {
			return err
		}
	}
	return nil
}
