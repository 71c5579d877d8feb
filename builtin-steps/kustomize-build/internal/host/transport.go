package host

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
)

// Transport carries the requests of net/http as http.send calls. It reads: requests without a body only. The host
// follows redirects itself, since each hop needs a grant of its own.
type Transport struct {
	Call Function
	// WorkDir is where the work directory is seen from here. A body too large to cross in memory passes through it.
	WorkDir string
}

type httpRequest struct {
	Method  string         `json:"method"`
	URL     string         `json:"url"`
	Headers [][2]string    `json:"headers"`
	Body    map[string]any `json:"body"`
	Effect  string         `json:"effect"`
	Options httpOptions    `json:"options"`
}

type httpOptions struct {
	SaveTo string `json:"saveTo,omitempty"`
}

type httpResponse struct {
	Status  int         `json:"status"`
	Headers [][2]string `json:"headers"`
	Body    []byte      `json:"body"`
}

// RoundTrip implements http.RoundTripper. Its errors are the host's.
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Body != nil && request.Body != http.NoBody {
		return nil, fmt.Errorf("%s %s: requests with a body are not sent", request.Method, request.URL)
	}
	send := httpRequest{
		Method:  request.Method,
		URL:     request.URL.String(),
		Headers: pairs(request.Header),
		Body:    map[string]any{"none": nil},
		Effect:  "read",
	}
	response, err := ask[httpResponse](t.Call, "http.send", send)
	var refused *Error
	if errors.As(err, &refused) && refused.Kind == "limit" {
		response, err = t.sendThroughFile(send)
	}
	if err != nil {
		return nil, err
	}
	header := http.Header{}
	for _, pair := range response.Headers {
		header.Add(pair[0], pair[1])
	}
	return &http.Response{
		Status:        fmt.Sprintf("%d %s", response.Status, http.StatusText(response.Status)),
		StatusCode:    response.Status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        header,
		Body:          io.NopCloser(bytes.NewReader(response.Body)),
		ContentLength: int64(len(response.Body)),
		Request:       request,
	}, nil
}

// sendThroughFile has the host write the body to a file: memory carries 2 MiB at most.
func (t *Transport) sendThroughFile(send httpRequest) (httpResponse, error) {
	send.Options.SaveTo = t.freeName()
	path := filepath.Join(t.WorkDir, send.Options.SaveTo)
	defer os.Remove(path)
	response, err := ask[httpResponse](t.Call, "http.send", send)
	if err != nil {
		return response, err
	}
	response.Body, err = os.ReadFile(path)
	return response, err
}

// freeName is a name in the work directory that nothing has.
func (t *Transport) freeName() string {
	for n := 1; ; n++ {
		name := fmt.Sprintf(".windlass-response-%d", n)
		if _, err := os.Lstat(filepath.Join(t.WorkDir, name)); err != nil {
			return name
		}
	}
}

// pairs lists headers in a fixed order, so that the same request is the same call.
func pairs(header http.Header) [][2]string {
	list := [][2]string{}
	for name, values := range header {
		for _, value := range values {
			list = append(list, [2]string{name, value})
		}
	}
	slices.SortStableFunc(list, func(a, b [2]string) int { return bytes.Compare([]byte(a[0]), []byte(b[0])) })
	return list
}
