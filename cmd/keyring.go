package cmd

import (
	"cmp"
	"errors"

	"mqttca/pki"
)

// A keyring keeps the passwords and PINs of a run, by what they open: several keys of a token are
// one question. A wrong one is not tried again, since a token counts the attempts.
type keyring struct {
	answers map[string]*answer
	last    *answer // of the key being opened, nil if it wanted none
}

type answer struct {
	text string
	err  error
}

func (k *keyring) once(ask pki.Password) pki.Password {
	return func(what string) (string, error) {
		if k.last = k.answers[what]; k.last == nil {
			text, err := ask(what)
			k.last = &answer{text, err}
			if k.answers == nil {
				k.answers = map[string]*answer{}
			}
			k.answers[what] = k.last
		}
		return k.last.text, k.last.err
	}
}

// ended is told how opening a key ended. After an interrupt the question may still be open.
func (k *keyring) ended(err error) {
	if errors.Is(err, errInterrupted) {
		return
	}
	if k.last != nil && err != nil {
		k.last.err = cmp.Or(k.last.err, errors.New("its password or PIN failed before, and is not tried again"))
	}
	k.last = nil
}
