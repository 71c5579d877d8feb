package step

import (
	"fmt"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	"sigs.k8s.io/kustomize/kyaml/openapi/kubernetesapi"
)

// build runs the library on the kustomization in the directory path of files. Functions, executables and charts are not
// run; built-in generators and transformers are.
func build(files filesys.FileSystem, path string) (resmap.ResMap, error) {
	resources, err := buildOnce(files, path)
	// A kustomization may name a schema of its own (openapi). The library adds it to what it has read before, and after
	// Warm that is the built-in schema, which a fresh process would not have read: such a build is made again without.
	if warmed && openapi.GetSchemaVersion() != kubernetesapi.DefaultOpenAPI {
		warmed = false
		openapi.ResetOpenAPI()
		return buildOnce(files, path)
	}
	return resources, err
}

func buildOnce(files filesys.FileSystem, path string) (resources resmap.ResMap, err error) {
	// Malformed objects make the library panic now and then.
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("recovered from kustomize build panic: %v", reason)
		}
	}()
	options := krusty.Options{
		LoadRestrictions: types.LoadRestrictionsNone,
		PluginConfig:     types.DisabledPluginConfig(),
	}
	return krusty.MakeKustomizer(&options).Run(files, path)
}
