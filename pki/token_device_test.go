//go:build cgo

package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"strings"
	"testing"
)

// A device whose key is in a token passes TLS 1.2 and 1.3, also if the key wants a login for
// each signature. The token takes each digest that a server may ask for.
func TestTokenOfDevice(t *testing.T) {
	module, run := softHSM(t)
	f := newFleet(t)
	for id, kind := range map[string]string{"01": "p256", "02": "p384", "03": "rsa2048", "04": "p521", "05": "rsa4096"} {
		t.Run(kind, func(t *testing.T) {
			if id < "04" {
				importKey(run, kind, kind, id)
			} else {
				writePrivateKey(t, module, run, kind, kind, id, "--always-auth")
			}
			device := f.device(t, kind, nil)
			loaded, err := LoadDevice(bundleOf(t, f.issuing, device), "pkcs11:module-path="+module+";token=ca;id="+id, once(t, "1234"), now)
			if err != nil {
				t.Fatal(err)
			}
			defer loaded.Close()
			wantChain(t, loaded.Chain, device, f.issuing)
			f.wantIn(t, loaded)
			for _, hash := range []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512} {
				wantSignatures(t, loaded.Signer, hash)
			}
			_, err = loaded.Signer.Sign(nil, make([]byte, 20), crypto.SHA1)
			wantError(t, err, "use device key pkcs11:token=ca;id="+id+": only signatures over SHA-256, SHA-384 or SHA-512 are supported")
		})
	}
}

// wantSignatures has Go verify each kind of signature of the key over a digest.
func wantSignatures(t *testing.T, signer crypto.Signer, hash crypto.Hash) {
	t.Helper()
	digest := make([]byte, hash.Size())
	made := func(opts crypto.SignerOpts) []byte {
		signature, err := signer.Sign(nil, digest, opts)
		if err != nil {
			t.Errorf("%v: %v", hash, err)
		}
		return signature
	}
	switch public := signer.Public().(type) {
	case *ecdsa.PublicKey:
		if !ecdsa.VerifyASN1(public, digest, made(hash)) {
			t.Errorf("%v: not verified", hash)
		}
	case *rsa.PublicKey:
		salted := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: hash}
		if err := rsa.VerifyPKCS1v15(public, hash, digest, made(hash)); err != nil {
			t.Errorf("%v: %v", hash, err)
		}
		if err := rsa.VerifyPSS(public, hash, digest, made(salted), salted); err != nil {
			t.Errorf("%v with PSS: %v", hash, err)
		}
	default:
		t.Errorf("a key %T", public)
	}
}

// A key of another certificate shows by its trial signature, one too short for a CA, too. That a
// key may not sign with RSA-PSS, the token says itself.
func TestTokenOfDeviceRefuses(t *testing.T) {
	module, run := softHSM(t)
	f := newFleet(t)
	writePrivateKey(t, module, run, "rsa2048", "rsa", "01", "--allowed-mechanisms", "RSA-PKCS")
	importKey(run, "rsa1024", "small", "02")
	uri := "pkcs11:module-path=" + module + ";token=ca;object="
	writePrivateKey(t, module, run, "rsa2048", "decipher", "03", "--allowed-mechanisms", "RSA-PKCS-OAEP")
	const use, short = "use device key pkcs11:token=ca;object=", `: it does not belong to the device certificate "CN=device of rsa1024", whose key does not verify its trial signature`
	const unable = ": the token can't make the required signature: ECDSA, RSA PKCS#1 v1.5 or, for TLS, RSA-PSS"
	for _, test := range [][3]string{{"rsa", "rsa1024", short}, {"small", "rsa2048", strings.Replace(short, "rsa1024", "rsa2048", 1)}, {"decipher", "rsa2048", unable}} {
		_, err := LoadDevice(bundleOf(t, f.device(t, test[1], nil)), uri+test[0], passwordOf("1234"), now)
		wantError(t, err, use+test[0]+test[2])
	}
	_, err := LoadDevice("", uri+"rsa", passwordOf("1234"), now)
	wantError(t, err, use+"rsa: no device certificate is given, and the key comes without one")
	loaded, err := LoadDevice(bundleOf(t, f.device(t, "rsa1024", nil), f.issuing), uri+"small", passwordOf("1234"), now)
	if err != nil {
		t.Fatal(err)
	}
	f.wantIn(t, loaded)
	loaded.Close()
	loaded, err = LoadDevice(bundleOf(t, f.device(t, "rsa2048", nil)), uri+"rsa", passwordOf("1234"), now)
	if err != nil {
		t.Fatal(err)
	}
	defer loaded.Close()
	_, err = loaded.Signer.Sign(nil, make([]byte, 32), &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256})
	wantError(t, err, use+"rsa"+unable)
}
