package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A linkedPackage is a package of another module that is linked into the program.
type linkedPackage struct {
	Dir    string
	Module *module
}

type module struct {
	Path, Version, Dir string
	Main               bool
}

func (m *module) String() string { return m.Path + " " + m.Version }

// systems: which packages are linked depends on the system, hardly on the processor.
var systems = []string{"linux", "darwin", "windows"}

// linkedPackages asks for builds with cgo, which link what the others do and more.
func linkedPackages() ([]linkedPackage, error) {
	root, err := goOutput("", nil, "list", "-m", "-f", "{{.Dir}}", "mqttca")
	if err != nil {
		return nil, err
	}
	var linked []linkedPackage
	for _, system := range systems {
		list, err := goOutput(root, []string{"GOOS=" + system, "GOARCH=amd64", "CGO_ENABLED=1"}, "list", "-deps", "-json=Dir,Module", ".")
		if err != nil {
			return nil, err
		}
		packages, err := decode(strings.NewReader(list))
		if err != nil {
			return nil, err
		}
		linked = append(linked, packages...)
	}
	return linked, nil
}

// decode reads the documents of 'go list -json', one after the other, and leaves out the
// standard library and the program's own packages.
func decode(list io.Reader) ([]linkedPackage, error) {
	var linked []linkedPackage
	for decoder := json.NewDecoder(list); ; {
		var p linkedPackage
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return linked, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read what go list says: %w", err)
		}
		if p.Module != nil && !p.Module.Main {
			linked = append(linked, p)
		}
	}
}
