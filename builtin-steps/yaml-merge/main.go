//go:build wasip1

// Command yaml-merge is the promotion step of that name: kustomize's own YAML library as a guest of Windlass.
//
// It is built as a reactor, from which a snapshot is taken after warm, with start as its _start.
package main

import (
	"fmt"
	"os"
	"runtime/debug"

	"windlass.dev/builtin-steps/yaml-merge/internal/step"
)

// workDir is the same for every step and frozen in a snapshot.
const workDir = "/work"

// This program runs once and ends, so that collecting garbage early is wasted; near the limit it is collected as often as
// needed.
const (
	garbagePercent   = 400
	memoryLimitBytes = 192 << 20
)

func init() {
	debug.SetGCPercent(garbagePercent)
	debug.SetMemoryLimit(memoryLimitBytes)
}

func main() {
	os.Exit(step.Run(os.Stdin, os.Stdout, workDir))
}

// start is what a snapshot runs; it differs from main only in that warm has run before it.
//
//go:wasmexport start
func start() {
	main()
}

// warm runs while the snapshot is taken.
//
//go:wasmexport warm
func warm() {
	if err := step.Warm(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
