package pki

// bundle reads the certificates that the URI of a CA certificate names, as those of a file.
// For the URI of a key, that is all certificates of its token: which of them is the key's, its
// trial signature shows.
func (k *tokenObject) bundle() (*bundle, error) {
	id, label, shown := k.id, k.values["object"], shownInItsObjects
	implied := k.role == keyRole
	if implied {
		id, label, shown = nil, "", choosingTheToken
	}
	b, err := k.certificates(id, label)
	switch {
	case err != nil:
		return nil, err
	case len(b.certificates)+len(b.damaged) > 0:
		b.file.path, b.implied = k.uriOf(shown), implied
		return b, nil
	case implied:
		return nil, refuseNoCertificate(k.object(), noneInToken)
	}
	return nil, k.refuse("the token has no such certificate that can be read without a PIN",
		"name it by object or id, as pkcs11-tool --list-objects --type cert shows it")
}

const noneInToken = "the token has none of this key"

// refuseNoCertificate is the error for a key without a certificate.
func refuseNoCertificate(key, reason string) *Error {
	return &Error{Action: "use", Object: key, Reason: "no CA certificate is given, and " + reason, Err: ErrNoCertificate}
}
