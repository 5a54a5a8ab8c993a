// Package emulator is the control plane of ApsaraMQ for MQTT (product OnsMqtt, API
// version 2020-04-20) in one process: a Service, which is an http.Handler with a book of
// CA certificates in memory, and a Server for it that listens on loopback only. It answers
// GetCallerIdentity of STS, too.
//
// It promises to refuse what the real service is known to refuse. It verifies signatures
// (ACS3-HMAC-SHA256 and the RPC signature 1.0), timestamps and nonces, checks RAM
// policies and the owner of an instance, and checks both certificates of a registration.
// Codes, HTTP statuses, messages and forms are those of the vendor's reference pages. If
// the pages are silent, the rule is made up: see "Invented" below. Every answer carries
// HeaderEmulated, so that nobody takes it for the real service.
//
// An inactive CA keeps out new device certificates and no others, by one of two texts of the
// vendor. One that is registered gets in until it is inactive itself; one that was deleted
// registers itself again if its CA is active. Service.Connect does that without MQTT, the broker
// of ListenBroker with it.
//
// Options.Faults and Options.Mixture make calls go wrong. Options.Hard takes other forms wherever
// the vendor's texts differ or say nothing. All waiting uses time.Now, timers and the request's
// context, so a Service runs in a testing/synctest bubble behind a Pipe.
//
// It uses the standard library and, for MQTT, mochi-mqtt, and shares no code with the client or the certificate
// checks of this module, so that a bug there cannot hide by being repeated here.
//
// A request passes gateway.go, then a row of operations.go or of faultkinds.go. The
// emulator leaves out:
//   - other signature methods and versions, and other answer formats than JSON and, under
//     signature 1.0, XML
//   - of MQTT all but a door and plain publish and subscribe of version 3.1.1: no WebSocket, no
//     rules, no P2P. Options.DevicesPerCA and Service.AddDevices register certificates without a device
//   - RAM policies by resource, condition or wildcard, and roles; Credential.Allow lists
//     actions
//   - limits that the vendor does not publish or that depend on load: only faults send
//     CaNumExceed; throttling comes from faults and Options.RateLimit
//   - faults below HTTP but a reset, and below MQTT but a reset and an alert: lost packets
//   - the CA's key usage and the rest of its chain: the CA need not be self-signed
//   - persistence: the book ends with the process
package emulator
