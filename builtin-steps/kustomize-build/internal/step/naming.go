package step

import (
	"fmt"
	"path/filepath"
	"strings"

	"sigs.k8s.io/kustomize/api/resource"
)

// fileName names the file of one resource in an output directory. manyNamespaces says whether the resources that have
// a namespace are in more than one.
func fileName(format outputFormat, object *resource.Resource, manyNamespaces bool) string {
	kind, namespace, name := object.GetKind(), object.GetNamespace(), object.GetName()
	var parts []string
	separator := "-"
	switch format {
	case formatKargo:
		parts = []string{namespace, kind, name}
	case formatKustomize:
		separator = "_"
		if !manyNamespaces || object.GetGvk().IsClusterScoped() {
			namespace = ""
		}
		parts = []string{namespace, object.GetGvk().StringWoEmptyField(), name}
	}
	if parts[0] == "" {
		parts = parts[1:]
	}
	return strings.ToLower(strings.Join(parts, separator) + ".yaml")
}

// checkFileName refuses names that would lead out of the output directory or below it: objects may be called anything.
func checkFileName(name string) error {
	if name == "." || !filepath.IsLocal(name) || strings.ContainsAny(name, `/\`) {
		return fmt.Errorf("unsafe generated resource filename %q", name)
	}
	return nil
}
