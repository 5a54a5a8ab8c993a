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

// Clients counts the clients that are in.
func (b *BrokerServer) Clients() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.clients)
}
