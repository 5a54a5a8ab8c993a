// Package peers drives the emulator with the vendor's own runtimes, unchanged: of Go darabonba-openapi, which the current SDKs
// stand on, and alibaba-cloud-sdk-go, which the command line tool stands on; of Node.js the packages pop-core and
// openapi-client, which node/package-lock.json pins. It is a module of its own, so that the program depends on none of them.
package peers
