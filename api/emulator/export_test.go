package emulator

import (
	"maps"
	"slices"
)

// Codes returns every error code in the table, sorted.
func Codes() []string {
	var names []string
	for _, c := range slices.Sorted(maps.Keys(meanings)) {
		names = append(names, string(c))
	}
	return names
}
