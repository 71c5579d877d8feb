package step

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// run runs the step with config in a work directory with files, and returns the outcome and the directory.
func run(t *testing.T, config string, files map[string]string) (outcome, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "a", "b", "work")
	for path, content := range files {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if target, isLink := strings.CutPrefix(content, "-> "); isLink {
			if err := os.Symlink(target, path); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var stdout bytes.Buffer
	if code := Run(strings.NewReader(`{"config":`+config+`,"attempt":1}`), &stdout, dir); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	var answer struct{ Windlass outcome }
	if err := json.Unmarshal(stdout.Bytes(), &answer); err != nil {
		t.Fatalf("%v in %q", err, stdout.String())
	}
	return answer.Windlass, dir
}

func read(t *testing.T, dir, path string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestFilesAreMergedInOrder(t *testing.T) {
	ended, dir := run(t, `{"inFiles":["a.yaml","b.yaml"],"outFile":"out/c.yaml"}`, map[string]string{
		"a.yaml": "# head\na: 1 # one\nb: [1, 2]\nc: {x: 1}\nd: x\n",
		"b.yaml": "a: 2 # two\nb:\n- 3\nc: {y: 2}\nd: null\ne: x\n",
	})
	if want := "Merged 2 YAML files to out/c.yaml\n- a.yaml\n- b.yaml"; ended.Output["commitMessage"] != want {
		t.Errorf("%+v", ended)
	}
	if got, want := read(t, dir, "out/c.yaml"), "# head\na: 2 # two\nb: [3]\nc: {x: 1, y: 2}\ne: x\n"; got != want {
		t.Errorf("%q instead of %q", got, want)
	}
}

func TestOneFileIsWritten(t *testing.T) {
	ended, dir := run(t, `{"inFiles":["a.yaml"],"outFile":"b.yaml"}`, map[string]string{"a.yaml": "a:   1\n"})
	if ended.Output["commitMessage"] != "Wrote a.yaml to b.yaml" || read(t, dir, "b.yaml") != "a: 1\n" {
		t.Errorf("%+v", ended)
	}
}

func TestListsOfKnownKindsAreMergedByName(t *testing.T) {
	object := func(spec string) string {
		return "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [" + spec + "]}\n"
	}
	for range 2 {
		ended, dir := run(t, `{"inFiles":["a.yaml","b.yaml"],"outFile":"c.yaml"}`, map[string]string{
			"a.yaml": object("{name: x, image: 'x:1'}, {name: z}"), "b.yaml": object("{name: x, image: 'x:2'}"),
		})
		if got, want := read(t, dir, "c.yaml"), object("{name: x, image: 'x:2'}, {name: z}"); got != want {
			t.Errorf("%+v, %q instead of %q", ended, got, want)
		}
		// The same once more, with the schema in memory.
		if err := Warm(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMissingFilesAreAnErrorUnlessTheyAreIgnored(t *testing.T) {
	ended, dir := run(t, `{"inFiles":["a.yaml","no.yaml"],"outFile":"out/b.yaml"}`, map[string]string{"a.yaml": "a: 1\n"})
	if ended.Status != "errored" || ended.Fault != "retryable" || !strings.Contains(ended.Message, "no.yaml") {
		t.Errorf("%+v", ended)
	}
	if _, err := os.Stat(filepath.Join(dir, "out")); err == nil {
		t.Error("something is written")
	}
	ended, dir = run(t, `{"inFiles":["no.yaml"],"outFile":"b.yaml","ignoreMissingFiles":true}`, map[string]string{"a.yaml": ""})
	if ended.Status != "succeeded" || ended.Output != nil || read(t, dir, "b.yaml") != "" {
		t.Errorf("%+v", ended)
	}
}

func TestNoPathLeadsOut(t *testing.T) {
	ended, dir := run(t, `{"inFiles":["../../a.yaml","l/a.yaml"],"outFile":"m/../../../out/b.yaml"}`, map[string]string{
		"a.yaml": "a: 1\n", "l": "-> /", "m": "-> ../..",
	})
	if ended.Status != "succeeded" || read(t, dir, "out/b.yaml") != "a: 1\n" {
		t.Errorf("%+v", ended)
	}
	ended, dir = run(t, `{"inFiles":["a.yaml"],"outFile":"b.yaml"}`, map[string]string{
		"a.yaml": "a: 1\n", "b.yaml": "-> ../../../c.yaml",
	})
	if ended.Status != "succeeded" || read(t, dir, "c.yaml") != "a: 1\n" {
		t.Errorf("%+v", ended)
	}
}

func TestWhatCannotBeMergedIsToldAndNothingIsWritten(t *testing.T) {
	for name, content := range map[string]string{
		"not YAML":      "a: [\n",
		"not text":      "a: \xff\xfe\n",
		"binary":        "\x7fELF\x00\x01",
		"another kind":  "- 1\n",
		"a scalar":      "x\n",
		"large":         "a: " + strings.Repeat("x", maxBytes) + "\n",
		"deep":          strings.Repeat("[", 100_000),
		"deep lists":    strings.Repeat("- ", 600) + "x\n",
		"unknown alias": "a: *x\n",
	} {
		ended, dir := run(t, `{"inFiles":["a.yaml","b.yaml"],"outFile":"a.yaml"}`, map[string]string{
			"a.yaml": "a: {b: 1}\n", "b.yaml": content,
		})
		if ended.Status != "errored" || !strings.Contains(ended.Message, "b.yaml") || strings.Contains(ended.Message, dir) {
			t.Errorf("%s: %+v", name, ended)
		}
		if read(t, dir, "a.yaml") != "a: {b: 1}\n" {
			t.Errorf("%s: a.yaml is written", name)
		}
	}
}

func TestManyLevelsAreMerged(t *testing.T) {
	deep := "a: " + strings.Repeat("[", mostLevels) + strings.Repeat("]", mostLevels) + "\n"
	ended, dir := run(t, `{"inFiles":["a.yaml","a.yaml"],"outFile":"b.yaml"}`, map[string]string{"a.yaml": deep})
	if ended.Status != "succeeded" || len(read(t, dir, "b.yaml")) < 2*mostLevels {
		t.Errorf("%+v", ended)
	}
}

func TestAliasesAreNotWrittenOut(t *testing.T) {
	bomb := "a: &a [x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c]\n"
	ended, dir := run(t, `{"inFiles":["a.yaml","b.yaml"],"outFile":"c.yaml"}`, map[string]string{"a.yaml": bomb, "b.yaml": "e: 1\n"})
	if ended.Status != "succeeded" || len(read(t, dir, "c.yaml")) > 2*len(bomb) {
		t.Errorf("%+v", ended)
	}
}

func TestBadConfigurationsEndTheStep(t *testing.T) {
	for _, config := range []string{
		`null`, `{}`, `{"inFiles":[],"outFile":"b"}`, `{"inFiles":["a"]}`, `{"inFiles":"a","outFile":"b"}`,
		`{"inFiles":["a"],"outFile":"b","more":1}`,
	} {
		ended, _ := run(t, config, map[string]string{"a": "a: 1\n"})
		if ended.Status != "failed" || ended.Fault != "terminal" || !strings.HasPrefix(ended.Message, "invalid yaml-merge config: ") {
			t.Errorf("%s: %+v", config, ended)
		}
	}
}
