//go:build !linux

package cmd

func ecsInstance() {}

func failing() {}
