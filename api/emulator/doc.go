// Package emulator is the control plane of ApsaraMQ for MQTT (product OnsMqtt, API version 2020-04-20) in one process: an http.Handler
// that keeps a book of CA certificates in memory, and a server for it that listens on loopback only.
//
// It promises to refuse what the real service is known to refuse. Nothing is waved through: signatures (ACS3-HMAC-SHA256 and the RPC
// signature 1.0), timestamps and nonces are verified, RAM policies and the owner of an instance are asked, and both certificates of a
// registration are checked. Codes, HTTP statuses, messages and shapes are the vendor's where its reference pages state them. Where they
// are silent a rule had to be made up; each is marked in the code by a comment that starts with "Invented:", and no client should rely
// on it. Every answer of the handler carries HeaderEmulated, so that nobody takes it for the real service.
//
// It is as hard as a test wants it: Options.Faults and Options.Mixture make calls go wrong, and Options.Hard differs from the real
// service wherever a client should not rely on it. Everything that takes time goes by time.Now, timers and the request's context, so it
// runs in a testing/synctest bubble behind a Pipe.
//
// It is written against the standard library alone and shares no code with the client or the certificate checks of this module: a
// fault there must not be able to hide by being repeated here.
//
// Left out:
//   - other signature methods and versions, and answers in other formats than JSON and, under signature 1.0, XML
//   - MQTT: devices never connect, and device certificates are put in by Options.DevicesPerCA and Service.AddDevices
//   - RAM policies by resource, condition or wildcard, and roles; Credential.Allow lists actions
//   - limits of the service that its vendor does not publish or that depend on load: CaNumExceed, throttling; faults bring them about
//   - faults below HTTP but a reset: TLS alerts, lost packets
//   - the CA's key usage and the rest of a chain: the CA is judged by itself, and need not be self-signed
//   - persistence: the book ends with the process
package emulator
