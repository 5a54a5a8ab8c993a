package emulator

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Credential is an access key that the emulator knows.
type Credential struct {
	AccessKeyID     string
	AccessKeySecret string
	// SecurityToken makes it a temporary credential: x-acs-security-token must then match exactly. Empty: a plain AccessKey.
	SecurityToken string
}

// Options says what exists in an emulated service and how it behaves.
type Options struct {
	// Instances are the ids of the instances that exist; at least one.
	Instances []string
	// Credentials are the access keys that are known; at least one. Each may do everything that Deny leaves.
	Credentials []Credential
	// Deny names the operations that are answered with NoPermission.
	Deny []string
	// ListDelay is how long after its registration a CA appears in ListCaCertificate and GetCaCertificate.
	ListDelay time.Duration
	// Now is the service's clock; nil: time.Now. It must be safe for concurrent use.
	Now func() time.Time
	// NewCode makes registration codes; nil: random codes of the vendor's shape. Calls never overlap; it must not call the Service.
	NewCode func() string
}

func (o Options) validate(operations map[string]operation) error {
	if err := validateInstances(o.Instances); err != nil {
		return err
	}
	if err := validateCredentials(o.Credentials); err != nil {
		return err
	}
	for _, name := range o.Deny {
		if _, ok := operations[name]; !ok {
			return fmt.Errorf("emulator: cannot deny %q: no such operation", name)
		}
	}
	if o.ListDelay < 0 {
		return fmt.Errorf("emulator: list delay %v is negative", o.ListDelay)
	}
	return nil
}

func validateInstances(instances []string) error {
	if len(instances) == 0 {
		return errors.New("emulator: no instance given")
	}
	seen := make(map[string]bool)
	for _, id := range instances {
		if id == "" {
			return errors.New("emulator: an instance id is empty")
		}
		if seen[id] {
			return fmt.Errorf("emulator: instance %q is given twice", id)
		}
		seen[id] = true
	}
	return nil
}

func validateCredentials(credentials []Credential) error {
	if len(credentials) == 0 {
		return errors.New("emulator: no credential given")
	}
	seen := make(map[string]bool)
	for _, credential := range credentials {
		id := credential.AccessKeyID
		// An Authorization header could not carry such an id.
		if id == "" || strings.ContainsAny(id, " ,\t\r\n") {
			return fmt.Errorf("emulator: access key id %q is not usable", id)
		}
		if credential.AccessKeySecret == "" {
			return fmt.Errorf("emulator: access key %q has no secret", id)
		}
		if seen[id] {
			return fmt.Errorf("emulator: access key %q is given twice", id)
		}
		seen[id] = true
	}
	return nil
}
