package step

import (
	_ "embed"
	"fmt"
	"runtime"

	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// warmFiles holds a small kustomization that touches what the library sets up when it is first used: the schema of
// Kubernetes above all, which takes it longer to read than most builds take.
//
//go:embed warm.yaml
var warmFiles []byte

// warmed says that the built-in schema is in memory although no build of this run has asked for it.
var warmed bool

// Warm makes the library ready for its first build. It runs while a snapshot is taken: it reads no environment and no
// files, and makes no calls.
func Warm() error {
	var contents map[string]string
	if err := yaml.Unmarshal(warmFiles, &contents); err != nil {
		return fmt.Errorf("warming up: %w", err)
	}
	files := filesys.MakeFsInMemory()
	for path, content := range contents {
		if err := files.WriteFile(path, []byte(content)); err != nil {
			return fmt.Errorf("warming up: %w", err)
		}
	}
	resources, err := build(files, "/overlay")
	if err != nil {
		return fmt.Errorf("warming up: %w", err)
	}
	if _, err := resources.AsYaml(); err != nil {
		return fmt.Errorf("warming up: %w", err)
	}
	warmed = true
	clearFreeMemory()
	return nil
}

// clearFreeMemory fills the pages of the heap that are free with zeros, which a snapshot leaves out: without it most of
// a snapshot is what reading the schema left behind.
func clearFreeMemory() {
	const pageBytes = 8 << 10
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	pages := make([][]byte, memory.HeapIdle/pageBytes)
	for i := range pages {
		pages[i] = make([]byte, pageBytes)
	}
	runtime.KeepAlive(pages)
	pages = nil
	runtime.GC()
}
