// Package api calls the control plane of ApsaraMQ for MQTT (product OnsMqtt,
// version 2020-04-20): the operations on CA certificates as typed Go calls.
//
// It promises that a request is signed with ACS3-HMAC-SHA256 under a nonce and a
// timestamp of its own, that it travels over verified TLS (plain http to a
// loopback address only), that no redirect is followed, that an answer is read up
// to a limit, and that whatever the service refuses comes back as one [*Error]
// with its Code, Message and RequestId. What is not an answer of the service is a
// [*NoAnswerError]. No error, and no value printed by fmt, holds a secret.
//
// Credentials come from where [FindCredentials] looks. It promises that no identity takes
// the place of another that is named or half set, that a configuration is never written,
// that the metadata service of an ECS instance is asked by no proxy, and that waiting for
// whoever hands out temporary ones ends with the context. STS and the sites that one logs
// in at are asked by credentials-go, of which three things are left as they are: it
// follows redirects, reads answers of any length, and a call whose context has ended goes
// on unseen until its own time is out (15 seconds at most).
//
// It knows nothing of X.509: certificates are strings here. It decides no
// sequence, waits for nothing, prints nothing. The names are the vendor's own.
package api
