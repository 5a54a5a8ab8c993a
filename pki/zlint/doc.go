// Package zlint lints the golden certificates. It is a module of its own, so
// that mqttca itself does not depend on the linter.
package zlint
