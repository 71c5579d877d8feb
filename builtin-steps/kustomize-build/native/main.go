//go:build !wasip1

// Command native runs the step natively, so that benchmarks can tell what the sandbox costs.
//
// It builds the overlay ARGS[2] of the directory ARGS[1] as often as ARGS[3] says, and prints the microseconds of each.
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
