package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"runtime"
	"testing"
	"time"
)

// Holding the public half does not keep the private half in memory.
func TestPublicHalfLetsGo(t *testing.T) {
	for name, generate := range map[string]func(done func()) crypto.Signer{
		"RSA": func(done func()) crypto.Signer {
			key, err := rsa.GenerateKey(rand.Reader, 2048)
			if err != nil {
				t.Fatal(err)
			}
			runtime.SetFinalizer(key, func(*rsa.PrivateKey) { done() })
			return key
		},
		"EC": func(done func()) crypto.Signer {
			key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			runtime.SetFinalizer(key, func(*ecdsa.PrivateKey) { done() })
			return key
		},
	} {
		t.Run(name, func(t *testing.T) {
			released := make(chan struct{})
			public, err := publicHalf(generate(func() { close(released) }))
			if err != nil {
				t.Fatal(err)
			}
			for range 50 {
				runtime.GC()
				select {
				case <-released:
					runtime.KeepAlive(public)
					return
				case <-time.After(20 * time.Millisecond):
				}
			}
			runtime.KeepAlive(public)
			t.Error("the private key is still referenced")
		})
	}
}

func TestNewVerificationKeyIsNew(t *testing.T) {
	ca := mustCA(t, "p384.crt")
	first, err := NewVerificationKey(ca)
	if err != nil {
		t.Fatal(err)
	}
	second, err := NewVerificationKey(ca)
	if err != nil {
		t.Fatal(err)
	}
	if samePublicKey(first, second) {
		t.Error("the same key twice")
	}
}
