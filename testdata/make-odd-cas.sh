#!/bin/sh
# Makes odd/ anew: CAs as other tools make them, and some whose DER is written by hand. It needs the
# keys of ca/ (make-ca.sh); a tool that is missing is skipped, and its files stay as they are.
# Run `go test ./pki ./api/emulator` afterwards.
set -eu
cd "$(dirname "$0")"
mkdir -p odd
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TZ=UTC
have() { command -v "$1" >/dev/null || { echo "SKIP: no $1" >&2; return 1; }; }

# Node.js: by hand, and node-forge.
if have node && have npm; then
	cp make-odd-cas/*.js* "$work"
	node "$work/byhand.js" ca odd
	if (cd "$work" && npm install --silent --no-audit --no-fund >/dev/null); then
		node "$work/forge.js" ca odd
	else
		echo "SKIP: no node-forge" >&2
	fi
fi

# OpenSSL: kinds of keys that the service refuses, signature algorithms, constraints, encodings.
long() { faketime -f '2025-01-01 00:00:00' openssl "$@" 2>/dev/null; }
if have openssl && have faketime; then
	root() { # KEY CERT SUBJECT [OPTIONS...]
		key=$1 cert=$2 subject=$3
		shift 3
		long req -x509 -new -key "$key" -out "odd/$cert" -days 36500 -utf8 -config make-odd-cas/openssl.cnf -subj "$subject" "$@"
	}
	for curve in secp256k1 brainpoolP384r1 secp224r1 SM2; do
		openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:$curve -out "$work/$curve.key"
		digest=-sha256
		[ $curve != SM2 ] || digest=-sm3
		root "$work/$curve.key" "openssl.$curve.plain.crt" "/CN=OpenSSL $curve" $digest
	done
	openssl ec -in ca/openssl.p256.pkcs8.key -param_enc explicit -out "$work/explicit.key" 2>/dev/null
	openssl pkcs8 -topk8 -nocrypt -in "$work/explicit.key" -out odd/openssl.p256.explicit.pkcs8.key
	openssl ec -in "$work/secp256k1.key" -out odd/openssl.secp256k1.plain.sec1.key 2>/dev/null
	root "$work/explicit.key" openssl.p256.explicit.crt "/CN=OpenSSL explicit parameters" -sha256
	openssl ec -in ca/openssl.p256.pkcs8.key -conv_form compressed -out "$work/compressed.key" 2>/dev/null
	root "$work/compressed.key" openssl.p256.compressed.crt "/CN=OpenSSL compressed" -sha256
	rsa=ca/openssl.rsa2048.pkcs8.key ec=ca/openssl.p256.pkcs8.key
	pss='-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen'
	# shellcheck disable=SC2086
	root $rsa openssl.rsa2048.pss-max.crt "/CN=OpenSSL PSS, longest salt" -sha256 $pss:max
	# shellcheck disable=SC2086
	root $rsa openssl.rsa2048.pss-20.crt "/CN=OpenSSL PSS, salt of 20" -sha384 $pss:20
	root $rsa openssl.rsa2048.sha224.crt "/CN=OpenSSL SHA-224" -sha224
	root $ec openssl.p256.sha224.crt "/CN=OpenSSL ECDSA with SHA-224" -sha224
	root $rsa openssl.rsa2048.sha3.crt "/CN=OpenSSL SHA-3" -sha3-256
	root $ec openssl.p256.sha3.crt "/CN=OpenSSL ECDSA with SHA-3" -sha3-512
	root $rsa openssl.rsa2048.sha1.crt "/CN=OpenSSL SHA-1" -sha1
	root $rsa openssl.rsa2048.md5.crt "/CN=OpenSSL MD5" -md5
	root $ec openssl.p256.negative.crt "/CN=OpenSSL negative" -sha256 -set_serial -0x4d2100112233445566778899aabbccdd
	root $ec openssl.p256.domain.crt "/DC=com/DC=example/UID=ca1/emailAddress=ca@example.com/CN=OpenSSL domain" -sha256
	root $ec openssl.p256.permitted.crt "/O=Plant/CN=OpenSSL permitted" -sha256 -addext 'nameConstraints=critical,permitted;dirName:plant'
	root $ec openssl.p256.excluded.crt "/O=Plant/CN=OpenSSL excluded" -sha256 -addext 'nameConstraints=critical,excluded;dirName:plant'
	root $ec openssl.p256.full-identifier.crt "/CN=OpenSSL full identifier" -sha256 -set_serial 0x4d2102030405060708090a0b0c0d0e0f \
		-addext 'authorityKeyIdentifier=keyid:always,issuer:always'
	# Renewed under its key and another serial number: the authority key identifier keeps the old one.
	long x509 -in odd/openssl.p256.full-identifier.crt -signkey $ec -set_serial 0x4d3102030405060708090a0b0c0d0e0f -days 36500 -sha256 -out odd/openssl.p256.same-key.crt
	root $ec openssl.p256.permitted-dns.crt "/O=Plant/CN=OpenSSL permitted DNS" -sha256 -addext 'nameConstraints=critical,permitted;DNS:example.com'
	# A root that was renewed with a new key, signed with the old one (RFC 4210 section 4.4): both of one name.
	root ca/openssl.p384.pkcs8.key openssl.p384.old.crt "/CN=OpenSSL renewed" -sha256
	long req -new -key $ec -config make-odd-cas/openssl.cnf -subj "/CN=OpenSSL renewed" -out "$work/renewed.csr"
	long x509 -req -in "$work/renewed.csr" -CA odd/openssl.p384.old.crt -CAkey ca/openssl.p384.pkcs8.key -set_serial 0x4d0102030405060708090a0b0c0d0e0f -days 36500 \
		-sha256 -extfile make-odd-cas/openssl.cnf -extensions ca -out odd/openssl.p256.renewed.crt

	# CAs with their roots, whose signature or key crypto/x509 does not verify.
	openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:4294967297 -out "$work/exponent.key"
	below() { # NAME ROOTKEY DIGEST [OPTIONS...]
		name=$1 key=$2 digest=$3
		shift 3
		long req -x509 -new -key "$key" -config make-odd-cas/openssl.cnf -subj "/CN=OpenSSL root $name" -days 36500 "$digest" "$@" -out "$work/root.crt"
		long req -new -key $ec -config make-odd-cas/openssl.cnf -subj "/CN=OpenSSL below $name" -out "$work/below.csr"
		long x509 -req -in "$work/below.csr" -CA "$work/root.crt" -CAkey "$key" -set_serial 0x4d4102030405060708090a0b0c0d0e0f -days 36500 "$digest" "$@" \
			-extfile make-odd-cas/openssl.cnf -extensions ca -out "$work/below.crt"
		cat "$work/below.crt" "$work/root.crt" >"odd/openssl.p256.below-$name.chain"
	}
	below sha1 $rsa -sha1
	below sha3 $rsa -sha3-256
	below pss $rsa -sha256 -sigopt rsa_padding_mode:pss
	below brainpool "$work/brainpoolP384r1.key" -sha256
	below exponent "$work/exponent.key" -sha256

	# Verification certificates that were made elsewhere: under an odd CA, with the issuer in another
	# encoding, with a subject within the constraint, with names that crypto/x509 refuses.
	code=13274673-8f90-4630-bea1-9cccb25756ad2089123456
	openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/proof.key"
	proof() { # OUT CA SUBJECT [OPTIONS...]
		out=$1 ca=$2 subject=$3
		shift 3
		openssl req -new -key "$work/proof.key" -config make-odd-cas/openssl.cnf -subj "$subject" -out "$work/proof.csr"
		faketime -f '2026-05-31 00:00:00' openssl x509 -req -in "$work/proof.csr" -CA "$ca" -CAkey $ec \
			-set_serial 0x1d0102030405060708090a0b0c0d0e0f -days 300 -sha256 -out "odd/$out" "$@" 2>/dev/null
	}
	proof openssl.p256.underscore.proof odd/by-hand.p256.underscore.crt "/CN=$code"
	proof openssl.p256.permitted.proof odd/openssl.p256.permitted.crt "/O=Plant/CN=$code"
	proof openssl.p256.outside.proof odd/openssl.p256.permitted.crt "/CN=$code"
	sed 's/^string_mask.*/string_mask = default/' make-odd-cas/openssl.cnf >"$work/printable.cnf"
	long req -x509 -new -key $ec -out "$work/printable.crt" -days 36500 -sha256 -config "$work/printable.cnf" -subj "/O=Example Devices/CN=OpenSSL p256"
	proof openssl.p256.recoded.proof "$work/printable.crt" "/CN=$code"
	long req -x509 -new -key $ec -out "$work/respelt.crt" -days 36500 -sha256 -config make-odd-cas/openssl.cnf -subj "/O=EXAMPLE  devices/CN=openssl p256"
	proof openssl.p256.respelt.proof "$work/respelt.crt" "/CN=$code"
	pss() { # NAME SALT [OPTIONS...]: signed with RSASSA-PSS
		name=$1 salt=$2
		shift 2
		proof "openssl.rsa2048.pss-$name.proof" ca/openssl.rsa2048.crt "/CN=$code" -CAkey $rsa -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:$salt "$@"
	}
	pss longest max
	pss none 0
	pss digest digest
	pss other-mask max -sigopt rsa_mgf1_md:sha1
fi

# GnuTLS: its own defaults, with a subject in a template.
if have certtool; then
	cat >"$work/gnutls.cfg" <<-'CFG'
		organization = "Müller_Geräte"
		cn = "GnuTLS_CA@example.com"
		dc = "example"
		dc = "com"
		ca
		cert_signing_key
		crl_signing_key
		activation_date = "2025-01-01 00:00:00 UTC"
		expiration_date = "2124-12-08 00:00:00 UTC"
		serial = 0x4d0102030405060708090a0b0c0d0e10
	CFG
	for kind in rsa2048 p256; do
		certtool --generate-self-signed --load-privkey ca/openssl.$kind.pkcs8.key --template "$work/gnutls.cfg" \
			--hash SHA256 --outfile odd/gnutls.$kind.plain.crt 2>/dev/null
	done
	certtool --generate-self-signed --load-privkey ca/openssl.rsa2048.pkcs8.key --template "$work/gnutls.cfg" \
		--sign-params RSA-PSS --salt-size 64 --hash SHA256 --outfile odd/gnutls.rsa2048.pss-64.crt 2>/dev/null || echo "SKIP: certtool without PSS" >&2
fi

# easy-rsa: a CA as its guide makes it, with its own key.
easyrsa=$(command -v easyrsa || echo /usr/share/easy-rsa/easyrsa)
if [ -x "$easyrsa" ] && have faketime; then
	for kind in rsa ec; do
		(
			export EASYRSA_PKI="$work/easyrsa-$kind" EASYRSA_BATCH=1 EASYRSA_CA_EXPIRE=36500 EASYRSA_ALGO=$kind EASYRSA_CURVE=secp384r1
			export EASYRSA_REQ_CN="Easy-RSA_CA" EASYRSA_OPENSSL=openssl
			cd /usr/share/easy-rsa && ./easyrsa init-pki && faketime -f '2025-01-01 00:00:00' ./easyrsa build-ca nopass
		) >/dev/null 2>&1
		[ $kind = rsa ] && name=rsa2048 || name=p384
		cp "$work/easyrsa-$kind/ca.crt" odd/easyrsa.$name.plain.crt
		openssl pkcs8 -topk8 -nocrypt -in "$work/easyrsa-$kind/private/ca.key" -out odd/easyrsa.$name.plain.pkcs8.key
	done
else
	echo "SKIP: no easyrsa" >&2
fi

# cfssl and step (go install github.com/cloudflare/cfssl/cmd/cfssl@v1.6.5, github.com/smallstep/cli/cmd/step@latest).
if have cfssl && have openssl; then # an intermediate CA: its roots begin now, and faketime does not reach it
	echo '{"signing":{"default":{"usages":["cert sign","crl sign"],"ca_constraint":{"is_ca":true},"expiry":"876000h",
		"not_before":"2025-01-01T00:00:00Z","not_after":"2124-12-08T00:00:00Z"}}}' >"$work/cfssl.json"
	openssl ec -in ca/openssl.p256.pkcs8.key -out "$work/cfssl.key" 2>/dev/null
	openssl req -new -key ca/openssl.p384.pkcs8.key -config make-odd-cas/openssl.cnf -subj "/O=Example/CN=cfssl_CA" -out "$work/cfssl.csr"
	cfssl sign -ca ca/openssl.p256.crt -ca-key "$work/cfssl.key" -config "$work/cfssl.json" "$work/cfssl.csr" 2>/dev/null |
		node -e 'process.stdout.write(JSON.parse(require("fs").readFileSync(0)).cert)' >odd/cfssl.p384.below.crt
fi
if have step; then
	step certificate create "step_CA" odd/step.p256.plain.crt --profile root-ca --key ca/openssl.p256.pkcs8.key \
		--not-before 2025-01-01T00:00:00Z --not-after 2124-12-08T00:00:00Z --force >/dev/null 2>&1
fi
