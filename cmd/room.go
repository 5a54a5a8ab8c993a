package cmd

import "mqttca/cmd/workflow"

// A room is the memory for the result of a command that lists.
type room struct {
	instance string
	left     int
}

// maxListed is room for far more than 100,000 certificates as they are shown.
const maxListed = 64 << 20

func newRoom(instance string) *room { return &room{instance, maxListed} }

// take fails if there is no room for so many bytes more.
func (r *room) take(size int) error {
	if r.left -= size; r.left < 0 {
		return &workflow.TooLongError{Instance: r.instance, MiB: maxListed >> 20}
	}
	return nil
}

// size is about the memory that the document takes.
func (d certificateDocument) size() int {
	const fixed = 200 // with a pointer in a slice that has room to grow
	return fixed + len(d.Name) + len(d.Sn) + len(d.Subject) + len(d.SerialNumber) + len(d.SHA256) + len(d.NotBefore) + len(d.NotAfter)
}

func (d caDocument) size() int {
	return d.certificateDocument.size() + len(d.RegistrationCode) + len(d.VerificationSHA256)
}

func (d deviceDocument) size() int { return d.certificateDocument.size() + len(d.CASn) }
