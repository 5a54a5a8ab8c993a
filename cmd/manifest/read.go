package manifest

import (
	"cmp"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"mqttca/pki"
)

// Limits of reading: aliases and merge keys can make a small file large.
const (
	maxNodes    = 250_000
	maxMerges   = 8 // one within the other
	maxProblems = 100
)

// A reader makes a [Manifest] of the nodes of a YAML document, and keeps the problems.
type reader struct {
	Options
	problems []Problem
	nodes    int
}

func (r *reader) fail(at Text, format string, args ...any) {
	if len(r.problems) < maxProblems {
		r.problems = append(r.problems, Problem{r.File, at, fmt.Errorf(format, args...)})
	}
}

// document parses a text of one document; nil if it can't. The parser knows only the line of a
// mistake, and sometimes only the line before.
func (r *reader) document(text string) *yaml.Node {
	var document yaml.Node
	decoder := yaml.NewDecoder(strings.NewReader(text))
	first, second := decoder.Decode(&document), decoder.Decode(&yaml.Node{})
	switch {
	case first == io.EOF:
		r.fail(Text{}, "it is empty")
	case first == nil && second == io.EOF:
		return document.Content[0]
	case first == nil && second == nil:
		r.fail(Text{}, "it has more than one YAML document")
	default:
		reason := strings.TrimPrefix(cmp.Or(first, second).Error(), "yaml: ")
		r.fail(Text{}, "it is not YAML: %s", strings.Replace(reason, "line ", "near line ", 1))
	}
	return nil
}

func placeOf(node *yaml.Node) Text { return Text{Line: node.Line, Column: node.Column} }

// value reads a node into a text, a struct, or a slice of structs with their key as first field.
func (r *reader) value(node *yaml.Node, into reflect.Value) {
	at := placeOf(node) // of an alias, not of its anchor
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	text, isText := into.Addr().Interface().(*Text)
	if row, ok := into.Addr().Interface().(*Row); ok && node.Kind == yaml.ScalarNode {
		text, isText = &row.State, true
	}
	if isText {
		*text = at
		text.Value = r.text(at, node)
		return
	}
	pairs := r.pairs(at, node, 0)
	switch {
	case pairs == nil:
	case into.Kind() == reflect.Slice:
		for _, p := range pairs {
			entry := reflect.New(into.Type().Elem()).Elem()
			r.value(p.key, entry.Field(0))
			r.value(p.value, entry)
			into.Set(reflect.Append(into, entry))
		}
	default:
		r.fields(at, pairs, into)
	}
}

// fields reads the pairs of a mapping into a struct. A field without omitempty is required.
func (r *reader) fields(at Text, pairs []pair, into reflect.Value) {
	var known []string
	for _, field := range reflect.VisibleFields(into.Type()) {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		known = append(known, name)
		if i := slices.IndexFunc(pairs, func(p pair) bool { return p.key.Value == name }); i >= 0 {
			r.value(pairs[i].value, into.FieldByIndex(field.Index))
		} else if options == "" {
			r.fail(at, "%s is missing", name)
		}
	}
	for _, p := range pairs {
		if !slices.Contains(known, p.key.Value) {
			r.fail(placeOf(p.key), "unknown key %q; the keys are %s", p.key.Value, strings.Join(known, ", "))
		}
	}
}

// text is a scalar as it stands.
func (r *reader) text(at Text, node *yaml.Node) string {
	switch {
	case node.Kind != yaml.ScalarNode:
		r.fail(at, "expected a text, not %s", kinds[node.Kind])
	case node.Tag == "!!null" || node.Value == "":
		r.fail(at, "a value is missing")
	case node.Style&yaml.TaggedStyle != 0:
		r.fail(at, "remove the tag: every value is a text")
	case pki.HasSecret(node.Value) || strings.ContainsFunc(node.Value, unicode.IsControl):
		r.fail(at, "the text contains a line break, a secret or the content of a file (not shown)")
	default:
		return node.Value
	}
	return ""
}

var kinds = map[yaml.Kind]string{yaml.ScalarNode: "a text", yaml.SequenceNode: "a list", yaml.MappingNode: "a mapping"}

// A pair is an entry of a mapping.
type pair struct{ key, value *yaml.Node }

// pairs are the entries of a mapping, nil if there is none. Its own come before merged ones, and of
// these the first.
func (r *reader) pairs(at Text, node *yaml.Node, merges int) []pair {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	switch r.nodes += len(node.Content) + 1; {
	case r.nodes > maxNodes:
		return nil
	case merges > maxMerges:
		r.fail(at, "merge keys are nested more than %d deep", maxMerges)
		return nil
	case node.Kind != yaml.MappingNode:
		r.fail(at, "expected a mapping, not %s", kinds[node.Kind])
		return nil
	}
	pairs, seen, merged := []pair{}, map[string]bool{}, []*yaml.Node{}
	add := func(p pair) { pairs, seen[p.key.Value] = append(pairs, p), true }
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		switch {
		case key.Tag == "!!merge" && value.Kind == yaml.SequenceNode:
			merged = append(merged, value.Content...)
		case key.Tag == "!!merge":
			merged = append(merged, value)
		case key.Kind != yaml.ScalarNode || pki.HasContent(key.Value):
			r.fail(placeOf(key), "a key must be a short text in one line, without a secret")
		case seen[key.Value]:
			r.fail(placeOf(key), "duplicate key %q", key.Value)
		default:
			add(pair{key, value})
		}
	}
	for _, one := range merged {
		for _, p := range r.pairs(placeOf(one), one, merges+1) {
			if !seen[p.key.Value] {
				add(p)
			}
		}
	}
	return pairs
}
