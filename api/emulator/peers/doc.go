// Package peers drives the emulator with the vendor's own runtimes, unchanged: darabonba-openapi, which the current SDKs stand on, and
// alibaba-cloud-sdk-go, which the command line tool stands on. It is a module of its own, so that the program depends on neither.
package peers
