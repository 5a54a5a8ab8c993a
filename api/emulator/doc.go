// Package emulator is the control plane of ApsaraMQ for MQTT (product OnsMqtt, API version 2020-04-20) in one process: an http.Handler
// that keeps a book of CA certificates in memory, and a server for it that listens on loopback only.
//
// It promises to refuse what the real service is known to refuse. Nothing is waved through: signatures (ACS3-HMAC-SHA256), timestamps and
// nonces are verified, and both certificates of a registration are checked. Codes, HTTP statuses, messages and JSON shapes are the vendor's
// where its reference pages state them. Where they are silent a rule had to be made up; each is marked in the code by a comment that
// starts with "Invented:", and no client should rely on it. Every answer of the handler carries HeaderEmulated, so that nobody takes it
// for the real service.
//
// It is written against the standard library alone and shares no code with the client or the certificate checks of this module: a
// fault there must not be able to hide by being repeated here.
//
// Left out:
//   - the RPC signature 1.0, XML answers and parameters in a form body
//   - ListDeviceCertificateByCaSn, ListInstances, and devices altogether: nothing speaks MQTT here
//   - accounts and RAM policies; Options.Deny refuses an operation to everybody
//   - throttling, faults, and the limit on CAs per instance (CaNumExceed), whose size the vendor does not publish
//   - the CA's key usage and the rest of a chain: the CA is judged by itself, and need not be self-signed
//   - persistence: the book ends with the process
package emulator
