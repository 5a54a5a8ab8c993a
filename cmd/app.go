package cmd

import (
	"context"
	"errors"
	"sync"
	"time"

	"mqttca/api"
)

// An app is one run of the command line: the console, and the flags shared by commands.
type app struct {
	console
	connectionFlags
	limiter   *api.Limiter // of all clients of the run; nil before the first is made
	keyring   keyring
	unprinted error              // of help, whose function in cobra returns none
	observe   func(api.Exchange) // is told of each request, with its parameters; may be nil
	retried   sync.Map           // the operations and errors whose retries were shown
}

// defaultTimeout bounds the network work of a command, not counting intended waits.
const defaultTimeout = 2 * time.Minute

// withTimeout bounds network work: it ends after --timeout, or after 2m plus wait.
func (a *app) withTimeout(ctx context.Context, wait time.Duration) (context.Context, context.CancelFunc) {
	limit := a.timeout
	if limit == 0 {
		limit = defaultTimeout + wait
	}
	return context.WithTimeout(ctx, limit)
}

// An interruption is an error that counts as context.Canceled, in words for a person.
type interruption struct{ error }

func (interruption) Is(target error) bool { return target == context.Canceled }

// A declinedError is the end of a run whose question was not answered with yes. Nothing was done.
type declinedError struct{ interruption }

func declined(words string) error { return declinedError{interruption{errors.New(words)}} }

var errInterrupted = interruption{errors.New("interrupted")}

// await does work with no end of its own, such as reading a named pipe without a writer, and
// returns errInterrupted if the context ends first.
func await[T any](ctx context.Context, do func() (T, error)) (T, error) {
	var (
		value T
		err   error
		done  = make(chan struct{})
	)
	go func() {
		defer close(done)
		value, err = do()
	}()
	select {
	case <-done:
		return value, err
	case <-ctx.Done():
		var none T
		return none, errInterrupted
	}
}
