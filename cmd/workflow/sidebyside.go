package workflow

import "sync"

// atOnce is how many objects are worked on side by side. The client's limiter paces the calls.
const atOnce = 32

// SideBySide calls do for each n below count, several at once, and waits until all have ended.
func SideBySide(count int, do func(n int)) {
	var group sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for n := range count {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			do(n)
		})
	}
	group.Wait()
}
