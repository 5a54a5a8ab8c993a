// Package api calls the control plane of ApsaraMQ for MQTT (product OnsMqtt,
// version 2020-04-20): the operations on CA certificates, device certificates and
// instances as typed Go calls, and GetCallerIdentity of STS.
//
// It promises that a request is signed with ACS3-HMAC-SHA256 under a nonce and a
// timestamp of its own, that it travels over verified TLS (plain http to a
// loopback address only), that no redirect is followed, that an answer is read up
// to a limit, and that a refusal by the service comes back as one [*Error]
// with its Code, Message and RequestId. What is not an answer of the service is a
// [*NoAnswerError]. No error, and no value printed by fmt, holds a secret.
//
// Who signs is found out by package credentials; how a server is reached, by package
// wire.
//
// It knows nothing of X.509: certificates are strings here. It decides no
// sequence, waits for nothing, prints nothing, and knows neither flags nor exit codes: an
// error says of which kind it is. The names are the vendor's own.
package api
