package cmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/invopop/jsonschema"
	"github.com/rogpeppe/go-internal/testscript"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"mqttca/cmd/manifest"
	"mqttca/cmd/topics"
	"mqttca/cmd/workflow"
)

// documentTypes are the types of all documents, by the name in their format. policy prints the
// vendor's.
var documentTypes = map[string]any{
	"receipt":       receipt{},
	"connect":       connectDocument{},
	"code":          codeDocument{},
	"sign":          signDocument{},
	"list":          listDocument{},
	"show":          showDocument{},
	"change":        changeDocument{},
	"devices":       devicesDocument{},
	"device":        deviceShowDocument{},
	"device-change": deviceChangeDocument{},
	"device-sweep":  sweepDocument{},
	"instances":     instancesDocument{},
	"check":         checkDocument{},
	"emulate":       emulateDocument{},
	"version":       versionDocument{},
	"request":       signingRequest{},
	"bundle":        bundle{},
	"error":         failure{},
	"plan":          planDocument{},
	"import":        importDocument{},
	"saved-plan":    savedPlan{},
	"apply":         applyDocument{},
	"check-fleet":   fleetCheckDocument{},
	"fleet":         manifest.Manifest{},
}

const schemaFolder = "topics/schema"

// A schema that is shipped is the one of the type. An update only adds to it: who changes or
// removes a field makes a format v2, or breaks the scripts of users.
func TestSchemas(t *testing.T) {
	for name, document := range documentTypes {
		path := filepath.Join(schemaFolder, name+".json")
		want, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		indented, err := encode(schemaOf(t, name, document))
		if err != nil {
			t.Fatal(err)
		}
		var compact bytes.Buffer
		if err := json.Compact(&compact, indented); err != nil {
			t.Fatal(err)
		}
		got := append(compact.Bytes(), '\n')
		if string(got) == string(want) {
			continue
		}
		if err := onlyAdds(value(t, want), value(t, got)); want != nil && err != nil {
			t.Errorf("%s is part of the contract with scripts: %s", path, err)
		} else if !*update {
			t.Errorf("%s is not the schema of %T: run the test with -update", path, document)
		} else if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Error(err)
		}
	}
	if want := slices.Sorted(maps.Keys(documentTypes)); !*update && !slices.Equal(topics.Schemas(), want) {
		t.Errorf("schemas of %q, want %q", topics.Schemas(), want)
	}
}

// schemaOf is the schema of a document. Additional properties are allowed: a later version may
// add fields.
func schemaOf(t *testing.T, name string, document any) *jsonschema.Schema {
	t.Helper()
	reflector := jsonschema.Reflector{
		ExpandedStruct:            true,
		AllowAdditionalProperties: true,
		Anonymous:                 true,
		Mapper:                    nullableSchema,
		Namer:                     func(t reflect.Type) string { return strings.TrimSuffix(t.Name(), "Document") },
		LookupComment:             func(t reflect.Type, field string) string { return comments()[t.Name()+"."+field] },
	}
	if name == "fleet" {
		reflector.AllowAdditionalProperties, reflector.DoNotReference, reflector.Mapper = false, true, manifestSchema(&reflector)
	}
	schema := reflector.Reflect(document)
	if format, ok := schema.Properties.Get("format"); ok {
		format.Const = formatOf(name)
	}
	if request, ok := schema.Definitions["signingRequest"]; ok {
		format, _ := request.Properties.Get("format")
		format.Const = formatOf("request")
	}
	schema.Title = formatOf(name)
	return schema
}

// manifestSchema is the schema of the types of a manifest that stand for themselves in YAML: a text,
// and a mapping from names to structs. A row may be its state alone.
func manifestSchema(r *jsonschema.Reflector) func(reflect.Type) *jsonschema.Schema {
	return func(t reflect.Type) *jsonschema.Schema {
		switch {
		case t == reflect.TypeFor[manifest.Text]():
			return &jsonschema.Schema{Type: "string"}
		case t.Kind() != reflect.Slice:
			return nil
		}
		entry := r.ReflectFromType(t.Elem())
		entry.Version = ""
		if t.Elem() == reflect.TypeFor[manifest.Row]() {
			state, _ := entry.Properties.Get("state")
			entry = &jsonschema.Schema{OneOf: []*jsonschema.Schema{state, entry}}
		}
		return &jsonschema.Schema{Type: "object", AdditionalProperties: entry}
	}
}

// The manifest of the topic is one, and the schema takes it; it refuses what is none.
func TestSchemaOfManifest(t *testing.T) {
	topic, _ := topics.Find("fleet")
	_, text, _ := strings.Cut(topic.Text, "```yaml\n")
	text, _, _ = strings.Cut(text, "```")
	if _, problems := manifest.Read(text, manifest.Options{Wait: func(string) error { return nil }}); problems != nil {
		t.Error(problems)
	}
	for change, fits := range map[[2]string]bool{
		{}: true, {"plant-a: active", "plant-a: {state: inactive, wait: 1m}"}: true,
		{"plant-a: active", "plant-a: on"}: false, {"plant-a: active", "plant-a: {stat: active}"}: false, {"region:", "regoin:"}: false,
		{"certificate: plant-a.crt, ", ""}: false, {"fleet/v1", "fleet/v2"}: false, {"defaults: {wait: 90s}", "defaults: {wait: 90}"}: false,
	} {
		var document any
		if err := yaml.Unmarshal([]byte(strings.Replace(text, change[0], change[1], 1)), &document); err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(string(data)); (err == nil) != fits {
			t.Errorf("%q: %v", change, err)
		}
	}
}

// nullableSchema is the schema of the types that stand for themselves in JSON.
func nullableSchema(t reflect.Type) *jsonschema.Schema {
	orNull := func(name string) map[string]any { return map[string]any{"type": []string{name, "null"}} }
	switch t {
	case reflect.TypeFor[text](), reflect.TypeFor[fingerprint]():
		return &jsonschema.Schema{Extras: orNull("string")}
	case reflect.TypeFor[instant]():
		return &jsonschema.Schema{Extras: orNull("string"), Format: "date-time"}
	case reflect.TypeFor[number]():
		return &jsonschema.Schema{Extras: orNull("integer")}
	case reflect.TypeFor[workflow.Outcome]():
		return &jsonschema.Schema{Type: "string", Enum: outcomes()}
	}
	return nil
}

// outcomes are all outcomes that a document can have.
func outcomes() (all []any) {
	words := map[workflow.Outcome]string{workflow.Submitting: "", workflow.Connecting: "", outcomeRefused: "", outcomeUnknown: "", outcomeUnconfirmed: "", outcomeInterrupted: "", outcomeFailed: ""}
	maps.Copy(words, outcomeWords)
	maps.Copy(words, changeWords)
	for _, outcome := range slices.Sorted(maps.Keys(words)) {
		all = append(all, outcome)
	}
	return all
}

// comments are the comments of the fields of structs, by TYPE.FIELD: the schemas have them as
// descriptions.
var comments = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	files, _ := filepath.Glob("*.go")
	files = append(files, filepath.Join("manifest", "manifest.go"))
	for _, file := range files {
		syntax, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			panic(err)
		}
		ast.Inspect(syntax, func(node ast.Node) bool {
			named, isType := node.(*ast.TypeSpec)
			if !isType {
				return true
			}
			if structure, ok := named.Type.(*ast.StructType); ok {
				for _, field := range structure.Fields.List {
					for _, name := range field.Names {
						all[named.Name.Name+"."+name.Name] = strings.TrimSpace(field.Comment.Text())
					}
				}
			}
			return true
		})
	}
	return all
})

func value(t *testing.T, data []byte) (v any) {
	t.Helper()
	if len(data) > 0 {
		if err := json.Unmarshal(data, &v); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

// onlyAdds fails if a schema lacks something of an older one, or changed it. Descriptions may
// change.
func onlyAdds(older, newer any) error {
	switch older := older.(type) {
	case map[string]any:
		fields, _ := newer.(map[string]any)
		for key, part := range older {
			if _, isText := part.(string); isText && key == "description" {
				continue
			}
			if err := onlyAdds(part, fields[key]); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
		}
		return nil
	case []any:
		list, _ := newer.([]any)
		for _, part := range older {
			if !slices.ContainsFunc(list, func(n any) bool { return onlyAdds(part, n) == nil }) {
				return fmt.Errorf("%v is gone", part)
			}
		}
		return nil
	}
	if !reflect.DeepEqual(older, newer) {
		return fmt.Errorf("%v became %v", older, newer)
	}
	return nil
}

// The guard of the contract itself: what counts as an addition.
func TestOnlyAdds(t *testing.T) {
	const old = `{"properties": {"a": {"type": "string", "description": "x"}, "description": {"type": "integer"}}, "required": ["a"], "enum": ["p"], "oneOf": [{"type": "integer", "description": "x"}]}`
	for text, adds := range map[string]bool{
		old: true,
		strings.ReplaceAll(old, "integer", "number"): false,
		`{"properties": {"a": {"type": "string"}, "b": {"type": "null"}, "description": {"type": "integer"}}, "required": ["a", "b"], "enum": ["o", "p"], "oneOf": [{"type": "integer"}]}`: true,
		`{"properties": {"a": {"type": ["string", "null"]}, "description": {"type": "integer"}}, "required": ["a"], "enum": ["p"], "oneOf": [{"type": "integer"}]}`:                        false,
		`{"properties": {"a": {"type": "string"}}, "required": ["a"], "enum": ["p"], "oneOf": [{"type": "integer"}]}`:                                                                      false,
		`{"properties": {"a": {"type": "string"}, "description": {"type": "integer"}}, "required": [], "enum": ["p"], "oneOf": [{"type": "integer"}]}`:                                     false,
		`{"properties": {"a": {"type": "string"}, "description": {"type": "integer"}}, "required": ["a"], "enum": ["q"], "oneOf": [{"type": "integer"}]}`:                                  false,
	} {
		if err := onlyAdds(value(t, []byte(old)), value(t, []byte(text))); (err == nil) != adds {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// compiled are the validators of the shipped schemas.
var compiled = sync.OnceValues(func() (map[string]*validator.Schema, error) {
	all := map[string]*validator.Schema{}
	compiler := validator.NewCompiler()
	compiler.AssertFormat()
	for _, name := range topics.Schemas() {
		text, _ := topics.Schema(name)
		document, err := validator.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			return nil, err
		}
		if err := compiler.AddResource(name, document); err != nil {
			return nil, err
		}
		if all[name], err = compiler.Compile(name); err != nil {
			return nil, err
		}
	}
	return all, nil
})

// validate fails if a document is not as the schema of its format says.
func validate(text string) error {
	schemas, err := compiled()
	if err != nil {
		return err
	}
	document, err := validator.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return err
	}
	format, _ := document.(map[string]any)["format"].(string)
	schema := schemas[strings.TrimSuffix(strings.TrimPrefix(format, "mqttca/"), "/v1")]
	if schema == nil {
		return fmt.Errorf("there is no schema of the format %q", format)
	}
	return schema.Validate(document)
}

// checkDocuments validates what a run with --json printed, and the documents in the folder of the
// story. policy prints a document of the vendor's, and help a schema; files in older formats are
// read only.
func checkDocuments(ts *testscript.TestScript, args []string, stdout string) {
	other := slices.Contains(args, "policy") || slices.Contains(args, "help")
	if slices.Contains(args, "--json") && !other && strings.HasPrefix(stdout, "{") {
		if err := validate(stdout); err != nil {
			ts.Fatalf("%q printed a document against its schema: %v\n%s", args, err, stdout)
		}
		if strings.Contains(stdout, `: ""`) && !slices.Contains(args, "emulate") { // a variable may be empty
			ts.Fatalf("%q printed an empty text, and not null:\n%s", args, stdout)
		}
	}
	ts.Check(checkFiles(ts.Getenv("WORK")))
}

func checkFiles(folder string) error {
	return filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if entry != nil && entry.Name() == ".tmp" { // its files have no times
			return filepath.SkipDir
		}
		if err != nil || !entry.Type().IsRegular() || filepath.Ext(path) != ".json" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(text), `"format": "mqttca/`) {
			return err
		}
		if err := validate(string(text)); err != nil {
			return fmt.Errorf("%s is against its schema: %w", path, err)
		}
		return nil
	})
}
