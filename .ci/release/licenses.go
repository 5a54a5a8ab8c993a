package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A license is a file that has to go with the program.
type license struct {
	module string // path and version
	name   string // of the file, inside the module
	text   string
}

// writeLicenses writes the licenses of all modules that are linked for any system, and of
// Go itself, to one file.
func writeLicenses(path string) error {
	linked, err := linkedPackages()
	if err != nil {
		return err
	}
	licenses, err := licensesOf(linked)
	if err != nil {
		return err
	}
	ofGo, err := goLicense()
	if err != nil {
		return err
	}
	return os.WriteFile(path, format(append(licenses, ofGo)), 0o644)
}

func goLicense() (license, error) {
	root, err := goOutput("", nil, "env", "GOROOT")
	if err != nil {
		return license{}, err
	}
	version, err := goOutput("", nil, "env", "GOVERSION")
	if err != nil {
		return license{}, err
	}
	text, err := os.ReadFile(filepath.Join(root, "LICENSE"))
	return license{"the Go standard library " + version, "LICENSE", string(text)}, err
}

// licensesOf finds the license files of the packages, each once, ordered by name. A module
// without one is an error: nobody may hand it on.
func licensesOf(linked []linkedPackage) ([]license, error) {
	found := map[string]license{}
	for _, p := range linked {
		licenses, err := licensesAbove(p)
		if err != nil {
			return nil, err
		}
		if len(licenses) == 0 {
			return nil, fmt.Errorf("package %s of %s has no license", p.Dir, p.Module)
		}
		for _, l := range licenses {
			found[l.module+"/"+l.name] = l
		}
	}
	var licenses []license
	for _, l := range found {
		licenses = append(licenses, l)
	}
	slices.SortFunc(licenses, func(a, b license) int {
		return strings.Compare(a.module+"/"+a.name, b.module+"/"+b.name)
	})
	return licenses, nil
}

var licenseName = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice)(\.(txt|md))?$`)

// licensesAbove looks in the folder of a package and in those above it, up to its
// module's: what a module took from elsewhere has the license of its origin beside it.
func licensesAbove(p linkedPackage) ([]license, error) {
	var licenses []license
	for folder := p.Dir; ; folder = filepath.Dir(folder) {
		entries, err := os.ReadDir(folder)
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			if !entry.Type().IsRegular() || !licenseName.MatchString(entry.Name()) {
				continue
			}
			path := filepath.Join(folder, entry.Name())
			text, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			name, err := filepath.Rel(p.Module.Dir, path)
			if err != nil {
				return nil, err
			}
			licenses = append(licenses, license{p.Module.String(), filepath.ToSlash(name), string(text)})
		}
		if folder == p.Module.Dir {
			return licenses, nil
		}
	}
}

var rule = strings.Repeat("=", 80)

func format(licenses []license) []byte {
	var text bytes.Buffer
	text.WriteString("mqttca has the work of others in it. These are their licenses.\n")
	for _, l := range licenses {
		fmt.Fprintf(&text, "\n%s\n%s: %s\n%s\n\n%s\n", rule, l.module, l.name, rule, strings.TrimSpace(l.text))
	}
	return text.Bytes()
}
