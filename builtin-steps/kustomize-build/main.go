//go:build wasip1

// Command kustomize-build is the promotion step of that name: the kustomize library as a guest of Windlass.
//
// One source, two modules: built plainly it is a WASI command (_start); built with -buildmode=c-shared it is a reactor,
// from which a snapshot is taken after warm, with start as its _start.
package main

import (
	"fmt"
	"net/http"
	"os"
	"runtime/debug"

	"sigs.k8s.io/kustomize/api/gitclone"

	"windlass.dev/builtin-steps/kustomize-build/internal/host"
	"windlass.dev/builtin-steps/kustomize-build/internal/step"
)

// dirs are the same for every step and frozen in a snapshot.
var dirs = step.Dirs{Work: "/work", Scratch: "/tmp"}

// This program runs once and ends, so that collecting garbage early is wasted; small builds end before it is collected
// at all. Near the limit it is collected as often as needed: the host ends a step at 512 MiB.
const (
	garbagePercent   = 400
	memoryLimitBytes = 384 << 20
)

func init() {
	debug.SetGCPercent(garbagePercent)
	debug.SetMemoryLimit(memoryLimitBytes)
	http.DefaultTransport = &host.Transport{Call: host.Call, WorkDir: dirs.Work}
	gitclone.Clone = (&host.Cloner{Call: host.Call, ScratchDir: dirs.Scratch}).Clone
}

func main() {
	os.Exit(step.Run(os.Stdin, os.Stdout, dirs))
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
