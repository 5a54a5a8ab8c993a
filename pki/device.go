package pki

const (
	deviceRole    = "device certificate"
	deviceKeyRole = "device key"
)
