// Package host makes the calls of the step contract: whatever leaves this program goes through it. A call is one JSON
// document, its answer another; the documents are those of the core import windlass:step/call@0.1.0.
package host

import (
	"encoding/json"
	"fmt"
)

// Function sends the JSON of one call and returns the JSON of its answer. It fails only if the answer cannot be had at
// all; a refusal by the host is an answer.
type Function func(call []byte) (answer []byte, err error)

// Error is a call that the host answered with an error.
type Error struct {
	// Kind is one of the closed set of the contract: "denied", "not-found", "limit", …
	Kind string `json:"kind"`
	// Code is stable; the set is open.
	Code string `json:"code"`
	// Message is for people.
	Message string `json:"message"`
}

// Error returns the host's own message.
func (e *Error) Error() string {
	return e.Message
}

// ask makes the call named function, such as "http.send", and decodes its good answer.
func ask[Reply any](call Function, function string, arguments any) (Reply, error) {
	var answer struct {
		OK  Reply  `json:"ok"`
		Err *Error `json:"err"`
	}
	request, err := json.Marshal(map[string]any{"fn": function, "args": arguments})
	if err != nil {
		return answer.OK, fmt.Errorf("the call %s cannot be written: %w", function, err)
	}
	text, err := call(request)
	if err != nil {
		return answer.OK, fmt.Errorf("the call %s: %w", function, err)
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return answer.OK, fmt.Errorf("the answer to %s cannot be read: %w", function, err)
	}
	if answer.Err != nil {
		return answer.OK, answer.Err
	}
	return answer.OK, nil
}
