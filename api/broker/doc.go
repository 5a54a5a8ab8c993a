// Package broker connects to the data plane of ApsaraMQ for MQTT as a device does:
// TCP, TLS with the device's certificate, and MQTT 3.1.1 as far as CONNACK.
//
// It promises that no CONNECT is sent unless the broker's certificate was verified and the
// broker asked for the device's, that a broker's answer is read up to a limit, that every
// wait ends with the context, and that a failure is one [*Error] that says at which step
// and of which kind. No error, and no value printed by fmt, holds a password. HTTPS_PROXY
// has no effect here.
//
// It publishes and subscribes nothing. Which certificate is used, if a password may go to
// this broker, and what a refusal means for the device is for those who call it.
package broker
