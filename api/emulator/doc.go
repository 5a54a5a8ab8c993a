// Package emulator is the control plane of ApsaraMQ for MQTT (product OnsMqtt, API version
// 2020-04-20) in one process: a Service, which is an http.Handler with a book of CA certificates in
// memory, and a Server for it, which listens on loopback only. It also answers GetCallerIdentity of
// STS.
//
// It refuses everything the real service is known to refuse. It verifies signatures
// (ACS3-HMAC-SHA256 and the RPC signature 1.0), timestamps and nonces, checks RAM policies and the
// owner of an instance, and checks both certificates of a registration. Codes, HTTP statuses,
// messages and forms are those of the vendor's reference pages. If the pages are silent, the rule
// is invented: see INVENTED.md. Every answer carries HeaderEmulated, so that nobody mistakes
// it for the real service.
//
// Service.Connect judges a device without MQTT, the broker of ListenBroker with it.
//
// Options.Faults and Options.Mixture make calls fail. Options.Hard selects other forms if the
// vendor's texts differ or are silent. All waiting uses time.Now, timers and the request's context,
// so a Service runs in a testing/synctest bubble behind a net.Pipe.
//
// It uses the standard library and, for MQTT, mochi-mqtt. It shares no code with this module's
// client or certificate checks, so that the same bug can't hide in both.
//
// A request passes gateway.go, then a row of operations.go or of faultkinds.go. The emulator leaves
// out:
//   - other signature methods and versions, and other answer formats than JSON and, under
//     signature 1.0, XML
//   - MQTT beyond connecting and plain publish and subscribe of version 3.1.1: no WebSocket, no
//     rules, no P2P. Options.DevicesPerCA and Service.AddDevices register certificates without a device
//   - RAM policies by resource, condition or wildcard, and roles; Credential.Allow lists
//     actions
//   - unpublished or load-dependent limits of the vendor: only faults send
//     CaNumExceed; throttling comes from faults and Options.RateLimit
//   - faults below HTTP other than a reset, and below MQTT other than a reset or an alert
//   - the CA's key usage and the rest of its chain: the CA need not be self-signed
//   - persistence: the book ends with the process
package emulator
