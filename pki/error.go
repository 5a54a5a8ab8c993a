package pki

// Error is something wrong with local material: a file, a certificate, a key, a
// registration code.
type Error struct {
	Action string // what was tried: "read", "use", "sign"
	Object string // on what: "CA key ca.key"
	Reason string // why it failed, without the object
	Advice string // what to do next; "" if there is nothing to add
	Err    error  // the cause for errors.Is and errors.As, or nil; Reason already tells it
}

// Error is one sentence in lower case, without a final period:
// "<Action> <Object>: <Reason>".
func (e *Error) Error() string { return e.Action + " " + e.Object + ": " + e.Reason }

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.Err }

// Hint says what to do next, or is empty.
func (e *Error) Hint() string { return e.Advice }
