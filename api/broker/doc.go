// Package broker connects to the data plane of ApsaraMQ for MQTT as a device does: TCP, TLS with
// the device's certificate, and MQTT 3.1.1 as far as CONNACK.
//
// It sends CONNECT only if the broker's certificate was verified and the broker requested the
// device's. It reads a limited answer, every wait ends with the context, and a failure is one
// [*Error] with its step and kind. No error, and no value printed by fmt, contains a password.
// HTTPS_PROXY has no effect here.
//
// It never publishes or subscribes. Its callers choose the certificate, decide whether a password
// may go to this broker, and interpret a refusal for the device.
package broker
