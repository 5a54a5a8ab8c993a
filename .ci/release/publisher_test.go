package main

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the publisher's name into the texts")

const root = "../.."

func TestPublisher(t *testing.T) {
	placeholders := publisher(t)
	ready := map[string]string{"OWNER": "example", "REPOSITORY": "tool", "MAINTAINER": "A <a@example.com>"}
	for name, test := range map[string]struct {
		snapshot    bool
		environment map[string]string
		want        string
	}{
		"snapshot":      {true, placeholders, ""},
		"ready":         {false, ready, ""},
		"same":          {false, with(ready, "GITHUB_REPOSITORY", "Example/tool"), ""},
		"another":       {false, with(ready, "GITHUB_REPOSITORY", "fork/tool"), "the workflow runs in fork/tool, but .goreleaser.yaml names example/tool"},
		"no owner":      {false, with(ready, "OWNER", "OWNER"), `OWNER is the placeholder "OWNER", and`},
		"no repository": {false, with(ready, "REPOSITORY", ""), `REPOSITORY is the placeholder "", and`},
		"no maintainer": {false, with(ready, "MAINTAINER", "B <b@b.invalid>"), `MAINTAINER is the placeholder "B <b@b.invalid>", and`},
	} {
		err := checkPublisher(test.snapshot, func(name string) string { return test.environment[name] })
		if (err == nil) != (test.want == "") || err != nil && !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", name, err, test.want)
		}
	}
}

func with(environment map[string]string, name, value string) map[string]string {
	changed := map[string]string{name: value}
	for n, v := range environment {
		if n != name {
			changed[n] = v
		}
	}
	return changed
}

// publisher reads the names of who publishes from .goreleaser.yaml.
func publisher(t *testing.T) map[string]string {
	t.Helper()
	names := map[string]string{}
	for _, line := range regexp.MustCompile(`(?m)^  - (OWNER|REPOSITORY|MAINTAINER)=(.+)$`).FindAllStringSubmatch(read(t, root+"/.goreleaser.yaml"), -1) {
		names[line[1]] = line[2]
	}
	if len(names) != 3 {
		t.Fatalf("got %q of .goreleaser.yaml", names)
	}
	return names
}

// The texts have the names of .goreleaser.yaml.
func TestPublisherInTexts(t *testing.T) {
	names := publisher(t)
	repository := names["OWNER"] + "/" + names["REPOSITORY"]
	image := repository
	if image != "OWNER/REPOSITORY" {
		image = strings.ToLower(image)
	}
	_, address, _ := strings.Cut(strings.TrimSuffix(names["MAINTAINER"], ">"), "<")
	found := 0
	for _, path := range texts(t) {
		old := read(t, path)
		text := old
		for pattern, name := range map[string]string{
			`(ghcr\.io/)[\w.-]+/[\w.-]+`: image, `(gh attestation verify .* --repo )[\w.-]+/[\w.-]+`: repository, `(Write to )\S+@\S+\w`: address,
		} {
			p := regexp.MustCompile(pattern)
			found += len(p.FindAllString(text, -1))
			text = p.ReplaceAllString(text, "${1}"+name)
		}
		if text == old {
			continue
		}
		if !*update {
			t.Errorf("%s names another publisher than .goreleaser.yaml: run the test with -update", path)
		} else if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Error(err)
		}
	}
	if found == 0 {
		t.Error("the publisher stands in no text")
	}
}

func texts(t *testing.T) []string {
	t.Helper()
	texts := []string{root + "/README.md"}
	for _, folder := range []string{root + "/.github", root + "/cmd/topics"} {
		err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
			if strings.HasSuffix(path, ".md") {
				texts = append(texts, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return texts
}
