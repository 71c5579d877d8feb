//go:build wasip1

// Command go-http is a step without an SDK, in Go with nothing but the standard library: the example of how it is done.
//
// It asks a URL twice. The first attempt keeps the status it saw as state and returns "running", so that the step is
// run again a second later; the next attempt asks again and succeeds with both statuses and the text.
//
//	GOOS=wasip1 GOARCH=wasm go build -trimpath -buildvcs=false -ldflags='-s -w' -o go-http.wasm .
//
// What a step is given: the request as JSON on standard input, the work directory as /work, and the calls of the
// contract by the three functions that are imported below. What it says: a JSON object on standard output and exit code
// 0, or a message on standard error and another exit code.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"unsafe"
)

// The exit codes of a step. All others are "errored, may be tried again".
const (
	exitFailed  = 1  // the outcome is bad and stays so
	exitErrored = 2  // it could not be carried out this time
	exitUsage   = 64 // 64 to 78: it could not be carried out and never will be
)

// request is what the host writes to standard input, as far as this step needs it.
type request struct {
	Config struct {
		URL string `json:"url"`
	} `json:"config"`
	// State is what the attempt before returned with "running"; nil in the first.
	State *state `json:"state"`
}

type state struct {
	Status int `json:"status"`
}

// outcome goes into the member "windlass" of what is written to standard output. An object without that member would be
// the output of a step that succeeded.
type outcome struct {
	Status       string  `json:"status"`
	Message      string  `json:"message,omitempty"`
	State        *state  `json:"state,omitempty"`
	RetryAfterMs int     `json:"retryAfterMs,omitempty"`
	Output       *output `json:"output,omitempty"`
}

type output struct {
	First  int    `json:"first"`
	Second int    `json:"second"`
	Body   string `json:"body"`
}

func main() {
	var asked request
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		end(exitUsage, "the request cannot be read: %v", err)
	}
	if asked.Config.URL == "" {
		end(exitUsage, "config.url is missing: name the URL to ask")
	}
	status, body := get(asked.Config.URL)
	said := outcome{
		Status:       "running",
		Message:      fmt.Sprintf("%s answered %d; asking once more", asked.Config.URL, status),
		State:        &state{status},
		RetryAfterMs: 1000,
	}
	if asked.State != nil {
		said = outcome{Status: "succeeded", Output: &output{asked.State.Status, status, string(body)}}
	}
	if err := json.NewEncoder(os.Stdout).Encode(map[string]outcome{"windlass": said}); err != nil {
		end(exitErrored, "the outcome cannot be written: %v", err)
	}
}

// get sends a GET and returns status and body. It ends the program if the host refuses the call or cannot carry it out.
func get(url string) (int, []byte) {
	text, err := json.Marshal(map[string]any{
		"fn": "http.send",
		"args": map[string]any{
			"method":  "GET",
			"url":     url,
			"headers": [][2]string{},
			"body":    map[string]any{"none": nil},
			"effect":  "read", // the host sends a read again whenever it likes, a write never twice
			"options": map[string]any{},
		},
	})
	if err != nil {
		end(exitErrored, "the call cannot be written: %v", err)
	}
	var answer struct {
		OK *struct {
			Status int    `json:"status"`
			Body   []byte `json:"body"` // base64, which encoding/json decodes
		} `json:"ok"`
		Err *struct {
			Kind    string `json:"kind"` // "denied", "not-found", "unavailable", … a closed set
			Message string `json:"message"`
		} `json:"err"`
	}
	if err := json.Unmarshal(call(text), &answer); err != nil {
		end(exitErrored, "the answer cannot be read: %v", err)
	}
	switch {
	case answer.Err != nil && answer.Err.Kind == "denied":
		// A refusal stays one until somebody grants what is missing; the message says what that is.
		end(exitFailed, "%s", answer.Err.Message)
	case answer.Err != nil:
		end(exitErrored, "%s", answer.Err.Message)
	case answer.OK == nil:
		end(exitErrored, "the answer has neither ok nor err")
	}
	return answer.OK.Status, answer.OK.Body
}

// end ends the step; the last line of standard error is its message, so that a message is one line.
func end(code int, format string, arguments ...any) {
	fmt.Fprintln(os.Stderr, strings.ReplaceAll(fmt.Sprintf(format, arguments...), "\n", " "))
	os.Exit(code)
}

// hostCall sends a call and returns a handle to its answer; below zero if the host does not take it.
//
//go:wasmimport windlass:step/call@0.1.0 call
func hostCall(request unsafe.Pointer, length uint32) int32

// hostRead copies the next bytes of an answer into a buffer of ours and returns how many; 0 at the end.
//
//go:wasmimport windlass:step/call@0.1.0 read
func hostRead(handle int32, buffer unsafe.Pointer, length uint32) int32

// hostClose drops an answer.
//
//go:wasmimport windlass:step/call@0.1.0 close
func hostClose(handle int32) int32

// call makes one call and returns the whole answer.
func call(request []byte) []byte {
	handle := hostCall(unsafe.Pointer(unsafe.SliceData(request)), uint32(len(request)))
	if handle < 0 {
		end(exitErrored, "the host does not take the call (%d)", handle)
	}
	defer hostClose(handle)
	var answer []byte
	buffer := make([]byte, 16<<10)
	for {
		n := hostRead(handle, unsafe.Pointer(unsafe.SliceData(buffer)), uint32(len(buffer)))
		if n < 0 {
			end(exitErrored, "the host does not give the answer (%d)", n)
		}
		if n == 0 {
			return answer
		}
		answer = append(answer, buffer[:n]...)
	}
}
