package host

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// script answers calls in order and keeps what it was asked.
type script struct {
	answers []string
	asked   []string
}

func (s *script) call(request []byte) ([]byte, error) {
	s.asked = append(s.asked, string(request))
	if len(s.asked) > len(s.answers) {
		return nil, errors.New("nothing more is answered")
	}
	return []byte(s.answers[len(s.asked)-1]), nil
}

// same compares JSON documents by value.
func same(t *testing.T, got, want string) {
	t.Helper()
	var values [2]any
	for i, text := range []string{got, want} {
		if err := json.Unmarshal([]byte(text), &values[i]); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
	}
	first, _ := json.Marshal(values[0])
	second, _ := json.Marshal(values[1])
	if string(first) != string(second) {
		t.Errorf("%s instead of %s", first, second)
	}
}

func TestHTTPGoesThroughTheHost(t *testing.T) {
	host := script{answers: []string{`{"ok":{"status":404,"headers":[["x-a","1"],["x-a","2"]],"body":"aGk="}}`}}
	client := http.Client{Transport: &Transport{Call: host.call}}
	response, err := client.Get("https://example.com/a?b=c")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(response.Body)
	if response.StatusCode != 404 || string(body) != "hi" || len(response.Header.Values("X-A")) != 2 {
		t.Errorf("%d %q %v", response.StatusCode, body, response.Header)
	}
	same(t, host.asked[0], `{"fn":"http.send","args":{"method":"GET","url":"https://example.com/a?b=c","headers":[],
		"body":{"none":null},"effect":"read","options":{}}}`)
}

func TestLargeBodiesPassThroughAFile(t *testing.T) {
	dir := t.TempDir()
	taken, free := filepath.Join(dir, ".windlass-response-1"), filepath.Join(dir, ".windlass-response-2")
	if err := os.WriteFile(taken, []byte("a user's"), 0o644); err != nil {
		t.Fatal(err)
	}
	host := script{answers: []string{
		`{"err":{"kind":"limit","retry":"never","message":"the body is too large","code":"limit-exceeded"}}`,
		`{"ok":{"status":200,"headers":[],"body":""}}`,
	}}
	call := func(request []byte) ([]byte, error) {
		if len(host.asked) == 1 {
			if err := os.WriteFile(free, []byte("large"), 0o644); err != nil {
				return nil, err
			}
		}
		return host.call(request)
	}
	client := http.Client{Transport: &Transport{Call: call, WorkDir: dir}}
	response, err := client.Get("https://example.com/")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(response.Body)
	if string(body) != "large" {
		t.Errorf("%q", body)
	}
	same(t, host.asked[1], `{"fn":"http.send","args":{"method":"GET","url":"https://example.com/","headers":[],
		"body":{"none":null},"effect":"read","options":{"saveTo":".windlass-response-2"}}}`)
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 || left[0].Name() != ".windlass-response-1" {
		t.Errorf("%v, %v", left, err)
	}
}

func TestRefusalsKeepTheirMessage(t *testing.T) {
	host := script{answers: []string{`{"err":{"kind":"denied","retry":"never","message":"no grant","code":"denied"}}`}}
	client := http.Client{Transport: &Transport{Call: host.call}}
	_, err := client.Get("https://example.com/")
	var refused *Error
	if !errors.As(err, &refused) || refused.Kind != "denied" || !strings.Contains(err.Error(), "no grant") {
		t.Errorf("%v", err)
	}
	_, err = client.Post("https://example.com/", "text/plain", strings.NewReader("body"))
	if err == nil || len(host.asked) != 1 {
		t.Errorf("%v, %d calls", err, len(host.asked))
	}
}

func TestRefsAreResolvedAsGitDoes(t *testing.T) {
	const commit = "0123456789abcdef0123456789abcdef01234567"
	for ref, want := range map[string]struct{ refs, rev string }{
		"":                      {``, `"default-branch"`},
		"HEAD":                  {``, `"default-branch"`},
		strings.ToUpper(commit): {``, `{"commit":"` + commit + `"}`},
		"v1":                    {`["refs/heads/v1","a"],["refs/tags/v1","b"]`, `{"tag":"v1"}`},
		"feature/x":             {`["refs/heads/feature/x","a"]`, `{"branch":"feature/x"}`},
		"heads/main":            {`["refs/heads/main","a"]`, `{"branch":"main"}`},
		"refs/tags/v2":          {`["refs/tags/v2","a"]`, `{"tag":"v2"}`},
		"refs/pull/1/head":      {`["refs/pull/1/head","` + commit + `"]`, `{"commit":"` + commit + `"}`},
	} {
		var host script
		if want.refs != "" {
			host.answers = append(host.answers, `{"ok":[`+want.refs+`]}`)
		}
		host.answers = append(host.answers, `{"ok":["`+commit+`"]}`)
		cloner := Cloner{Call: host.call, ScratchDir: "/tmp"}
		dir, err := cloner.Clone("https://example.com/r.git", ref, true)
		if err != nil || dir != "/tmp/repository-1" {
			t.Errorf("%q: %q, %v", ref, dir, err)
			continue
		}
		same(t, host.asked[len(host.asked)-1], `{"fn":"git.clone","args":{"url":"https://example.com/r.git",
			"checkouts":[{"rev":`+want.rev+`,"path":"repository-1"}],
			"options":{"scratch":true,"recurseSubmodules":true}}}`)
	}
}

func TestClonesThatFailSayWhy(t *testing.T) {
	for answer, message := range map[string]string{
		`{"ok":[]}`: `https://example.com/r has no tag, branch or commit "none"`,
		`{"err":{"kind":"denied","message":"no grant","code":"denied"}}`: "refs of https://example.com/r: no grant",
		`[`: "the answer to git.listRefs cannot be read: unexpected end of JSON input",
	} {
		cloner := Cloner{Call: (&script{answers: []string{answer}}).call}
		_, err := cloner.Clone("https://example.com/r", "none", false)
		if err == nil || !strings.HasSuffix(err.Error(), message) {
			t.Errorf("%v instead of %s", err, message)
		}
	}
}
