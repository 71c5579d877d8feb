package step

import (
	"fmt"
	"runtime"

	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/kustomize/kyaml/yaml/merge2"
)

// A merge of Kubernetes' own kinds asks how lists are merged, for which the library reads the schema of Kubernetes. That
// takes it longer than most merges.
const (
	warmBase = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {containers: [{name: web, image: "web:1"}]}}}
`
	warmOver = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {containers: [{name: web, image: "web:2"}]}}}
`
)

// Warm makes the library ready for its first merge. It runs while a snapshot is taken: it reads no environment and no
// files.
func Warm() error {
	base, err := kyaml.Parse(warmBase)
	if err != nil {
		return fmt.Errorf("warming up: %w", err)
	}
	over, err := kyaml.Parse(warmOver)
	if err != nil {
		return fmt.Errorf("warming up: %w", err)
	}
	merged, err := merge2.Merge(over, base, kyaml.MergeOptions{})
	if err != nil {
		return fmt.Errorf("warming up: %w", err)
	}
	if _, err := merged.String(); err != nil {
		return fmt.Errorf("warming up: %w", err)
	}
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
