package emulator

import (
	"maps"
	"slices"
)

// Codes returns every error code that the emulator has of its own, sorted.
func Codes() []string {
	all := maps.Clone(gatewayMeanings)
	maps.Copy(all, serviceMeanings)
	var names []string
	for _, c := range slices.Sorted(maps.Keys(all)) {
		names = append(names, string(c))
	}
	return names
}
