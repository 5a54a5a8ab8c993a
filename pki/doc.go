// Package pki holds the local half of registering a private certificate
// authority: the CA certificate, the key it belongs to, the checks on both, and
// the verification certificate that proves to the service that whoever
// registers the CA holds its key.
//
// What it promises:
//
//   - A [CA] or an [Authority] that a loader returned has passed every rule of
//     [Check] that is a [Fault]; what is left to say about it is in its Warnings.
//   - An error about local material is an [*Error]: one sentence that names the
//     object, and apart from it what to do next.
//   - No private key, nor any part of one, is in an error, and the private half of a
//     verification key never leaves [NewVerificationKey].
//   - Whatever depends on the time takes it as a parameter; nothing here reads the
//     clock. The same parameters and a deterministic signer give the same bytes.
//   - Input from outside, however malformed, ends in an error and not in a panic.
//
// What it leaves to others: it knows nothing of the cloud, never writes a file,
// never prints and never asks. It reads private keys from PEM files in the
// forms PKCS#1, PKCS#8 and SEC1, unencrypted.
package pki
