package step

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/kyaml/openapi"
)

// run runs the step with config in workDir and returns the outcome; success is the empty one.
func run(t *testing.T, workDir, config string) outcome {
	t.Helper()
	var stdout bytes.Buffer
	if code := Run(strings.NewReader(`{"config":`+config+`,"attempt":1}`), &stdout, Dirs{Work: workDir, Scratch: t.TempDir()}); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	var answer struct{ Windlass outcome }
	if stdout.Len() > 0 {
		if err := json.Unmarshal(stdout.Bytes(), &answer); err != nil {
			t.Fatalf("%v in %q", err, stdout.String())
		}
	}
	return answer.Windlass
}

// workDir makes a work directory with the files of testdata/name/work, and more files by path.
func workDir(t *testing.T, name string, more map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if name != "" {
		if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", name, "work"))); err != nil {
			t.Fatal(err)
		}
	}
	for path, content := range more {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// files lists what lies in dir.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestAnOverlayIsMergedIntoOneFile(t *testing.T) {
	dir := workDir(t, "strategic-merge", nil)
	if got := run(t, dir, `{"path":"overlay","outPath":"out/all.yaml"}`); got != (outcome{}) {
		t.Fatalf("%+v", got)
	}
	golden := read(t, "testdata/strategic-merge/golden.yaml")
	if got := read(t, filepath.Join(dir, "out/all.yaml")); got != golden {
		t.Errorf("got\n%s\ninstead of\n%s", got, golden)
	}
}

func TestADirectoryGetsAFilePerResourceAndKeepsWhatItHad(t *testing.T) {
	dir := workDir(t, "strategic-merge", map[string]string{"out/old.txt": "old"})
	for format, names := range map[string][]string{
		`"kargo"`:     {"old.txt", "prod-deployment-shop.yaml", "prod-service-shop.yaml"},
		`"kustomize"`: {"apps_v1_deployment_shop.yaml", "v1_service_shop.yaml"},
	} {
		out := map[string]string{`"kargo"`: "out", `"kustomize"`: "other"}[format]
		if got := run(t, dir, `{"path":"overlay","outPath":"`+out+`","outputFormat":`+format+`}`); got != (outcome{}) {
			t.Fatalf("%+v", got)
		}
		if got := files(t, filepath.Join(dir, out)); !slices.Equal(got, names) {
			t.Errorf("%s: %v instead of %v", format, got, names)
		}
	}
	documents := strings.Split(read(t, "testdata/strategic-merge/golden.yaml"), "---\n")
	if got := read(t, filepath.Join(dir, "out/prod-service-shop.yaml")); got != documents[1] {
		t.Errorf("got\n%s\ninstead of\n%s", got, documents[1])
	}
}

func TestOutputStaysInTheWorkDirectory(t *testing.T) {
	object := map[string]string{
		"base/kustomization.yaml": "resources: [object.yaml]",
		"base/object.yaml":        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n",
	}
	for outPath, written := range map[string]string{
		"../../climbed.yaml":  "climbed.yaml",
		"/absolute.yml":       "absolute.yml",
		"a/./b/../c.yaml":     "a/c.yaml",
		"out.json":            "out.json/configmap-c.yaml",
		"elsewhere/file.yaml": "etc/windlass/file.yaml",
		"up/file.yaml":        "file.yaml",
	} {
		dir := workDir(t, "", object)
		for link, target := range map[string]string{"elsewhere": "/etc/windlass", "up": "../../.."} {
			if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
				t.Fatal(err)
			}
		}
		if got := run(t, dir, `{"path":"./base/","outPath":"`+outPath+`"}`); got != (outcome{}) {
			t.Errorf("%s: %+v", outPath, got)
			continue
		}
		if got := read(t, filepath.Join(dir, written)); !strings.Contains(got, "name: c") {
			t.Errorf("%s: %s", outPath, got)
		}
	}
}

func TestErrorsSayWhatIsWrong(t *testing.T) {
	chart := map[string]string{"chart/kustomization.yaml": "helmCharts: [{name: c}]"}
	climbing := map[string]string{"chart/kustomization.yaml": "resources: [../../../../../../../../../..]"}
	plugin := map[string]string{
		"chart/kustomization.yaml": "transformers: [t.yaml]",
		"chart/t.yaml":             "apiVersion: example.com/v1\nkind: Custom\nmetadata: {name: t}\n",
	}
	unsafe := map[string]string{
		"chart/kustomization.yaml": "resources: [o.yaml]",
		"chart/o.yaml":             "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ../o}\n",
	}
	for _, try := range []struct {
		config, status, message string
		files                   map[string]string
	}{
		{`{"path":"../outside","outPath":"o"}`, "errored", "must build at directory", nil},
		{`{"path":"..","outPath":"o"}`, "errored", "is outside the work directory", nil},
		{`{"path":"chart","outPath":"o"}`, "errored", "'/' is outside the work directory", climbing},
		{`{"path":"none","outPath":"o"}`, "errored", "must build at directory", nil},
		{`{"path":"chart","outPath":"o"}`, "errored", "helm charts in kustomizations are not supported yet", chart},
		{`{"path":"chart","outPath":"o"}`, "errored", "external plugins disabled", plugin},
		{`{"path":"chart","outPath":"o"}`, "errored", `unsafe generated resource filename "configmap-../o.yaml"`, unsafe},
		{`{"path":"a"}`, "failed", "invalid kustomize-build config: outPath is required", nil},
		{`null`, "failed", "invalid kustomize-build config: path is required; outPath is required", nil},
		{`{"path":"a","outPath":"b","more":1}`, "failed", `invalid kustomize-build config: unknown field "more"`, nil},
		{`{"path":"a","outPath":"b","plugin":{"helm":{"x":1}}}`, "failed", `unknown field "x"`, nil},
		{`{"path":"a","outPath":"b","outputFormat":"x"}`, "failed", "outputFormat must be kargo or kustomize", nil},
		{`{"path":1,"outPath":"b"}`, "failed", "invalid kustomize-build config: ", nil},
	} {
		got := run(t, workDir(t, "", try.files), try.config)
		fault := map[string]string{"errored": "retryable", "failed": "terminal"}[try.status]
		if got.Status != try.status || got.Fault != fault || !strings.Contains(got.Message, try.message) {
			t.Errorf("%s: %+v", try.config, got)
		}
	}
}

// A schema of its own stands in the place of the built-in one, whether or not that has been read ahead.
func TestWarmingUpChangesNoResult(t *testing.T) {
	t.Cleanup(func() { warmed = false; openapi.ResetOpenAPI() })
	schema := map[string]string{"schema.json": `{"definitions":{}}`}
	results := map[bool]string{}
	for _, own := range []bool{false, true} {
		for _, ahead := range []bool{false, true} {
			warmed = false
			openapi.ResetOpenAPI()
			if ahead {
				if err := Warm(); err != nil {
					t.Fatal(err)
				}
			}
			dir := workDir(t, "strategic-merge", schema)
			if own {
				path := filepath.Join(dir, "overlay/kustomization.yaml")
				content := read(t, path) + "openapi: {path: ../schema.json}\n"
				if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if got := run(t, dir, `{"path":"overlay","outPath":"out.yaml"}`); got != (outcome{}) {
				t.Fatalf("%+v", got)
			}
			got := read(t, filepath.Join(dir, "out.yaml"))
			if before, known := results[own]; known && got != before {
				t.Errorf("own schema %v: warm\n%s\ncold\n%s", own, got, before)
			}
			results[own] = got
		}
	}
	if results[true] == results[false] {
		t.Error("the schema of its own has no effect, so this test shows nothing")
	}
}

func TestTheRequestMustBeJSON(t *testing.T) {
	var stdout bytes.Buffer
	code := Run(strings.NewReader("{"), &stdout, Dirs{Work: t.TempDir(), Scratch: t.TempDir()})
	var answer map[string]map[string]string
	if err := json.Unmarshal(stdout.Bytes(), &answer); code != 0 || err != nil {
		t.Fatal(code, err)
	}
	if got := slices.Sorted(maps.Keys(answer["windlass"])); !slices.Equal(got, []string{"fault", "message", "status"}) {
		t.Errorf("%v", got)
	}
}
