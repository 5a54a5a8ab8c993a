// Package pki holds the local half of registering a private certificate
// authority: the CA certificate, the key it belongs to, the checks on both, and
// the verification certificate that proves to the service that whoever
// registers the CA holds its key.
//
// What it promises:
//
//   - A [CA], an [Authority] or a [Proof] that a loader returned has no [Fault]; its Warnings
//     hold the other findings. [ReadMaterial] reads the same without checking it, and
//     [Material.Findings] checks it by the same table of rules.
//   - An error about local material is an [*Error]: one sentence that names the object, and
//     a separate advice.
//   - No private key or password, nor any part of one, is in an error, even if it was given
//     in place of a path ([CheckPath]). The private half of a verification key never leaves
//     [NewVerificationKey].
//   - Every function that depends on the time takes it as a parameter; nothing here reads
//     the clock. The same parameters and a deterministic signer give the same bytes.
//   - Input from outside, however malformed, ends in an error and not in a panic.
//
// What it leaves to others: it knows nothing of the cloud, never writes a file,
// never prints and never asks: a [Password] is a function that its caller gives.
//
// Certificates are made and read with crypto/x509. Those that it refuses, and OpenSSL takes,
// are taken apart with golang.org/x/crypto/cryptobyte, which it uses itself: many CAs were
// made by tools that keep to the rules of DER less strictly. Files are read by what they
// hold, not by their labels: PEM, also without its line feeds, DER, or either in base64.
// Private keys are read with the standard library and these:
//
//   - PEM in the older encryption with headers: go.step.sm/crypto/pemutil.
//   - PKCS#8 encrypted by PBES2: decrypted here, with PBKDF2 of the standard library and
//     scrypt of golang.org/x/crypto. github.com/youmark/pkcs8 lacks hashes and the optional
//     key length, and panics on an odd initialization vector; it does not bound the work.
//   - RSA keys whose CRT values or exponent crypto/x509 refuses: the values are computed anew
//     from the primes, as they were before Go 1.24.
//   - PKCS#12: software.sslmate.com/src/go-pkcs12, which is maintained. Its work is bounded here
//     beforehand, BER becomes DER, and an archive that it refuses as a whole, for one key or
//     none, several or odd ones, or without a MAC, is handed to it part by part.
//   - PKCS#11 tokens, in builds with cgo: github.com/miekg/pkcs11, the bare calls.
//     github.com/ThalesGroup/crypto11, which go.step.sm/crypto/kms/pkcs11 uses, too, finds no
//     private key without its public object, knows no login for each signature, and takes
//     the first of several keys in silence.
package pki
