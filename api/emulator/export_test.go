package emulator

import (
	"maps"
	"slices"
)

// Codes returns every error code that the emulator can answer, sorted.
func Codes() []string {
	var names []string
	for _, c := range slices.Sorted(maps.Keys(meanings)) {
		names = append(names, string(c))
	}
	return names
}
