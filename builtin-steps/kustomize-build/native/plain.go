//go:build !wasip1

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// answer is what became of one kustomization.
type answer struct {
	YAML string `json:"yaml"`
	Err  string `json:"err"`
}

// plain builds the kustomizations of the directory work that standard input lists, one a line, with the library alone: files of
// the system, nothing warmed, nothing confined. It prints an answer a line.
func plain(work string) {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		text, err := json.Marshal(buildPlain(filepath.Join(work, lines.Text())))
		if err != nil {
			panic(err)
		}
		fmt.Println(string(text))
	}
}

func buildPlain(path string) (made answer) {
	// Malformed objects make the library panic now and then.
	defer func() {
		if reason := recover(); reason != nil {
			made = answer{Err: fmt.Sprint(reason)}
		}
	}()
	options := krusty.Options{
		LoadRestrictions: types.LoadRestrictionsNone,
		PluginConfig:     types.DisabledPluginConfig(),
	}
	resources, err := krusty.MakeKustomizer(&options).Run(filesys.MakeFsOnDisk(), path)
	if err != nil {
		return answer{Err: err.Error()}
	}
	yaml, err := resources.AsYaml()
	if err != nil {
		return answer{Err: err.Error()}
	}
	return answer{YAML: string(yaml)}
}
