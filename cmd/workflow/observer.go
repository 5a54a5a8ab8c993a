package workflow

// A Step is one part of the sequence.
type Step int

// The steps, in the order of a registration. Activating takes the place of all from
// FetchCode to Submit where the CA is listed but inactive and that was asked for. The last
// ones are those of a CA that is registered.
const (
	List Step = iota
	FetchCode
	Sign
	Submit
	Activate
	Confirm // that the CA is listed as active
	CountDevices
	Deactivate
	Delete
	Recheck // that the list shows the change
)

// An Observer is told what goes on, in order, from one goroutine.
type Observer interface {
	Started(Step)
	Ended(Step, error)
	Warned(string) // something that a person should know and that stops nothing
}

// during tells the observer of a step around doing it.
func during[T any](o Observer, step Step, do func() (T, error)) (T, error) {
	o.Started(step)
	result, err := do()
	o.Ended(step, err)
	return result, err
}
