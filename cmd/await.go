package cmd

import (
	"context"
	"errors"
)

// errInterrupted is context.Canceled in words for a person.
var errInterrupted = interrupted{errors.New("interrupted")}

type interrupted struct{ error }

func (interrupted) Is(target error) bool { return target == context.Canceled }

// await does what may block for ever, such as reading a named pipe that nobody writes to,
// and lets an interrupt end the waiting.
func await[T any](ctx context.Context, do func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		value, err := do()
		done <- outcome{value, err}
	}()
	select {
	case o := <-done:
		return o.value, o.err
	case <-ctx.Done():
		var none T
		return none, errInterrupted
	}
}
