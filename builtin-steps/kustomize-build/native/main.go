//go:build !wasip1

// Command native builds kustomizations natively.
//
// With DIRECTORY OVERLAY TIMES it runs the step on an overlay of a directory that often and prints the microseconds of each, so
// that benchmarks can tell what the sandbox costs. With plain DIRECTORY it builds with the library alone, so that tests can
// tell whether the step comes to the same.
package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"

	"windlass.dev/builtin-steps/kustomize-build/internal/step"
)

func main() {
	if os.Args[1] == "plain" {
		plain(os.Args[2])
		return
	}
	work, overlay := os.Args[1], os.Args[2]
	times, err := strconv.Atoi(os.Args[3])
	if err != nil {
		panic(err)
	}
	if err := step.Warm(); err != nil {
		panic(err)
	}
	request := fmt.Sprintf(`{"config":{"path":%q,"outPath":"out.yaml"},"context":{},"attempt":1}`, overlay)
	for range times {
		var out bytes.Buffer
		start := time.Now()
		code := step.Run(bytes.NewBufferString(request), &out, step.Dirs{Work: work, Scratch: os.TempDir()})
		fmt.Println(time.Since(start).Microseconds())
		if code != 0 {
			fmt.Fprintln(os.Stderr, out.String())
			os.Exit(code)
		}
	}
}
