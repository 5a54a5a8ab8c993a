#!/bin/sh
# Makes handed/ anew: the certificates and keys of ca/ in the forms in which people hand them
# over, and files that they take for them. Files are named tool.algorithm.variant. Run it
# after make-ca.sh, which changes the keys.
#
# Debian: openssl, jq, openssh-client, putty-tools. What a missing tool would have made is
# left out with a SKIP line.
set -eu
cd "$(dirname "$0")"
rm -rf handed
mkdir handed
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
key=ca/openssl.p256.pkcs8.key
crt=ca/openssl.p256.crt
rsakey=ca/openssl.rsa2048.pkcs8.key
export TZ=UTC LC_ALL=C

have() { # TOOL: whether it can be had, else a SKIP line
	command -v "$1" >"$work/where" && return 0
	echo "SKIP: no $1" >&2
	return 1
}

# What a paste, a CI variable, YAML, a mail or a URL make of PEM: read.
forms() { # FILE NAME
	awk '{ printf "%s\\n", $0 }' "$1" >"handed/shell.p256.escaped.$2"
	tr '\n' ' ' <"$1" >"handed/shell.p256.one-line.$2"
	tr -d '\n' <"$1" >"handed/shell.p256.joined.$2"
	sed 's/^/      /' "$1" | { echo 'tls:'; echo '  pem: |'; cat; } >"handed/shell.p256.indented.$2"
	sed 's/^/> /' "$1" >"handed/shell.p256.quoted.$2"
	sed 's/ /%20/g; s/+/%2B/g; s/=/%3D/g; s/$/%0A/' "$1" | tr -d '\n' >"handed/shell.p256.url.$2"
	{ echo '<html><body><pre>'; sed 's/$/<br>/' "$1"; echo '</pre></body></html>'; } >"handed/shell.p256.html.$2"
	{ printf '<pre>'; sed 's/+/\&#43;/g; s/\//\&#x2F;/g; s/=/\&#61;/g; s/$/\&#13;\&#xA;/' "$1" | tr -d '\n'; echo '</pre>'; } >"handed/shell.p256.entities.$2"
	sed 's/ /\xc2\xa0/g; s/^/\xc2\xa0/' "$1" >"handed/shell.p256.no-break.$2"
	sed 's/=/=3D/g; s/^\(.\{40\}\)\(.\)/\1=\n\2/' "$1" >"handed/shell.p256.quoted-printable.$2"
	sed 's/^/\x1b[32m/; s/$/\x1b[0m/' "$1" >"handed/shell.p256.colours.$2"
	sed 's/^-----.*/\L&/' "$1" >"handed/shell.p256.lower-case.$2"
	sed 's/-----/------/g' "$1" >"handed/shell.p256.six-dashes.$2"
	sed 's/-----/\xe2\x80\x94\xe2\x80\x94-/g' "$1" >"handed/shell.p256.em-dashes.$2"
	sed 's/^/+/' "$1" >"handed/shell.p256.added.$2"
	sed 's/^/# /' "$1" >"handed/shell.p256.commented.$2"
	{ echo 'pem:'; sed 's/^/  - /' "$1"; } >"handed/shell.p256.list.$2"
	sed "s/.*/    '&\\\\n' +/; \$s/ +//" "$1" >"handed/shell.p256.program.$2"
	sed 's/+/%2B/g; s/ /+/g; s/=/%3D/g; s/$/%0A/' "$1" | tr -d '\n' >"handed/shell.p256.form.$2"
	sed 's/%/%25/g' "handed/shell.p256.url.$2" >"handed/shell.p256.url-twice.$2"
	{ echo '{\rtf1\ansi\f0 '; sed 's/$/\\par/' "$1"; echo '}'; } >"handed/shell.p256.rtf.$2"
	openssl base64 -in "$1" | openssl base64 -A -out "handed/openssl.p256.base64-twice.$2"
	openssl base64 -A -in "$1" -out "handed/openssl.p256.base64-pem.$2"
	openssl base64 -in "$1" -out "handed/openssl.p256.base64-pem-lines.$2"
	{ echo 'apiVersion: v1'; echo 'data:'; printf '  tls.pem: '; openssl base64 -A -in "$1"; echo; echo 'kind: Secret'; } >"handed/openssl.p256.secret.$2"
}
forms $crt crt
forms $key key
openssl x509 -in $crt -outform DER | openssl base64 -A -out handed/openssl.p256.base64-der.crt
openssl pkcs8 -topk8 -nocrypt -in $key -outform DER | openssl base64 -A -out handed/openssl.p256.base64-der.key
for name in key crt; do # DER in hexadecimal, and behind a byte order mark
	{ printf '\357\273\277'; openssl base64 -d -A -in "handed/openssl.p256.base64-der.$name"; } >"handed/shell.p256.marked-der.$name"
	openssl base64 -d -A -in "handed/openssl.p256.base64-der.$name" | od -An -v -tx1 | tr -d ' ' >"handed/shell.p256.hex.$name"
done
tr '\n' ' ' <keys/openssl.p256.legacy-aes256.key >handed/shell.p256.one-line-encrypted.key
{ printf %s "$(cat $crt)"; cat ca/openssl.p256.renewed.crt; } >handed/shell.p256.glued.crt
{ printf %s "$(cat $crt)"; cat $key; } >handed/shell.p256.glued.key
if have jq; then
	jq -n --rawfile crt $crt --rawfile key $key '{certificate: $crt, private_key: $key}' >handed/jq.p256.pair.json
fi

# Keys in DER, with and without something behind it, under the label of another form: read.
openssl pkcs8 -topk8 -nocrypt -in $key -outform DER -out handed/openssl.p256.pkcs8-der.key
openssl ec -in $key -outform DER -out handed/openssl.p256.sec1-der.key 2>"$work/said"
openssl rsa -in $rsakey -traditional -outform DER -out handed/openssl.rsa2048.pkcs1-der.key 2>"$work/said"
openssl pkcs8 -topk8 -in $key -passout pass:example -outform DER -out handed/openssl.p256.encrypted-der.key
{ cat handed/openssl.p256.pkcs8-der.key; echo; } >handed/openssl.p256.der-trailing.key
{ cat handed/openssl.rsa2048.pkcs1-der.key; printf 'rest\0'; } >handed/openssl.rsa2048.der-trailing.key
{ cat ca/openssl.p256.der.crt; echo; } >handed/openssl.p256.der-trailing.crt
{ cat keys/openssl.p256.aes256.p12; echo; } >handed/openssl.p256.trailing.p12
pem() { # LABEL FILE
	echo "-----BEGIN $1-----"
	openssl base64 -in "$2"
	echo "-----END $1-----"
}
pem "PRIVATE KEY" handed/openssl.p256.sec1-der.key >handed/openssl.p256.sec1-mislabelled.key
pem "PRIVATE KEY" handed/openssl.rsa2048.pkcs1-der.key >handed/openssl.rsa2048.pkcs1-mislabelled.key
pem "PRIVATE KEY" handed/openssl.p256.der-trailing.key >handed/openssl.p256.trailing-in-pem.key
pem "RSA PRIVATE KEY" handed/openssl.rsa2048.der-trailing.key >handed/openssl.rsa2048.trailing-in-pem.key
pem "CERTIFICATE" handed/openssl.p256.der-trailing.crt >handed/openssl.p256.trailing-in-pem.crt

# Keys in BER, with indefinite and long lengths and an OCTET STRING in pieces, and SEC1 with
# version 0: OpenSSL reads all.
hex() { od -An -v -tx1 "$1" | tr -d ' \n'; }
whole=$(hex handed/openssl.p256.pkcs8-der.key)
algorithm=$(echo "$whole" | cut -c 13-54) sec1=$(echo "$whole" | cut -c 63-)
ber() { # NAME LABEL HEX
	printf %s "$3" | perl -ne 'print pack "H*", $_' >"handed/openssl.p256.$1-der.key"
	openssl pkey -in "handed/openssl.p256.$1-der.key" -noout
	pem "$2" "handed/openssl.p256.$1-der.key" >"handed/openssl.p256.$1.key"
}
ber ber-pieces "PRIVATE KEY" "3080020100${algorithm}24800410306b$(echo "$sec1" | cut -c -28)045d$(echo "$sec1" | cut -c 29-)00000000"
ber ber-inside "PRIVATE KEY" "308189020100${algorithm}046f3080${sec1}0000"
ber ber-long "PRIVATE KEY" "308300008a020100${algorithm}0470308300006b$sec1"
ber version-0 "PRIVATE KEY" "308187020100${algorithm}046d306b$(echo "$sec1" | sed s/^020101/020100/)"
ber sec1-version-0 "EC PRIVATE KEY" "$(hex handed/openssl.p256.sec1-der.key | sed s/020101/020100/)"

# PKCS#12 in base64, alone, as certutil -encode of Windows writes it, and as PEM: read.
openssl base64 -A -in keys/openssl.p256.aes256.p12 -out handed/openssl.p256.base64.p12
openssl base64 -in keys/openssl.p256.aes256.p12 | openssl base64 -out handed/openssl.p256.base64-twice.p12
{ printf 'MIME-Version: 1.0\r\nContent-Type: application/x-pkcs12\r\n\r\n'; openssl base64 -in keys/openssl.p256.aes256.p12 | sed 's/$/\r/'; } >handed/shell.p256.mime.p12
pem "CERTIFICATE" keys/openssl.p256.aes256.p12 | sed 's/$/\r/' >handed/openssl.p256.certutil.p12
pem "PKCS12" keys/openssl.p256.aes256.p12 >handed/openssl.p256.pem.p12

# RSA keys whose other values don't belong to the primes; OpenSSL signs with both.
openssl asn1parse -inform DER -in handed/openssl.rsa2048.pkcs1-der.key | sed -n 's/.*INTEGER *:\(.*\)/0x\1/p' >"$work/numbers"
odd() { # NAME NUMBER VALUE...: the key with other values for numbers from 1 (version) to 9
	name=$1
	shift
	cp "$work/numbers" "$work/changed"
	while [ $# -gt 0 ]; do
		sed -i "$1s/.*/$2/" "$work/changed"
		shift 2
	done
	{ echo 'asn1=SEQUENCE:key'; echo '[key]'; awk '{ print "n" NR "=INTEGER:" $0 }' "$work/changed"; } >"$work/asn1"
	openssl asn1parse -genconf "$work/asn1" -noout -out "$work/odd.der"
	pem "RSA PRIVATE KEY" "$work/odd.der" >"handed/openssl.rsa2048.$name.key"
}
d=$(sed -n 4p "$work/numbers")
odd odd-crt 7 "$d" 8 "$d" 9 0x03
odd zero-crt 7 0x00 8 0x00 9 0x00
odd odd-exponent 4 0x05
openssl rsa -in handed/openssl.rsa2048.odd-crt.key -traditional -aes256 -passout pass:example -out handed/openssl.rsa2048.odd-crt-legacy.key 2>"$work/said"
openssl pkcs8 -topk8 -in handed/openssl.rsa2048.odd-crt.key -passout pass:example -out handed/openssl.rsa2048.odd-crt-encrypted.key
openssl pkcs12 -export -inkey handed/openssl.rsa2048.odd-crt.key -in ca/openssl.rsa2048.crt -passout pass:example -out handed/openssl.rsa2048.odd-crt.p12
for name in odd-crt odd-exponent; do
	echo proof | openssl dgst -sha256 -sign handed/openssl.rsa2048.$name.key -out "$work/signature"
	openssl rsa -in $rsakey -pubout -out "$work/public" 2>"$work/said"
	echo proof | openssl dgst -sha256 -verify "$work/public" -signature "$work/signature" >"$work/said"
done

# Passwords that end in a carriage return, as -passout file: takes it from a file of Windows, or
# in a line feed, as -passout env: takes it from a variable.
printf 'example\r\n' >"$work/password"
openssl pkcs8 -topk8 -in $key -passout "file:$work/password" -out handed/openssl.p256.crlf-password.key
openssl ec -in $key -aes256 -passout "file:$work/password" -out handed/openssl.p256.crlf-password-legacy.key 2>"$work/said"
openssl pkcs12 -export -inkey $key -in $crt -passout "file:$work/password" -out handed/openssl.p256.crlf-password.p12
PASSWORD='example
' openssl pkcs8 -topk8 -in $key -passout env:PASSWORD -out handed/openssl.p256.lf-password.key

# What is something else: named.
openssl crl2pkcs7 -nocrl -certfile $crt -out handed/openssl.p256.p7b
openssl crl2pkcs7 -nocrl -certfile $crt -outform DER -out handed/openssl.p256.der.p7b
openssl req -new -key $key -subj "/CN=request" -out handed/openssl.p256.csr
openssl req -in handed/openssl.p256.csr -outform DER -out handed/openssl.p256.der.csr
openssl pkey -in $key -pubout -outform DER -out handed/openssl.p256.der.pub
: >"$work/index"
printf '[ca]\ndefault_ca=a\n[a]\ndatabase=%s\ndefault_md=sha256\ndefault_crl_days=36500\n' "$work/index" >"$work/ca.conf"
openssl ca -config "$work/ca.conf" -gencrl -keyfile $key -cert $crt -out handed/openssl.p256.crl 2>"$work/said"
openssl crl -in handed/openssl.p256.crl -outform DER -out handed/openssl.p256.der.crl
if have ssh-keygen; then
	ssh-keygen -q -t ecdsa -b 256 -N '' -C example -f handed/ssh-keygen.p256.key
	mv handed/ssh-keygen.p256.key.pub handed/ssh-keygen.p256.pub
fi
if have puttygen && have ssh-keygen; then
	: >"$work/empty"
	puttygen handed/ssh-keygen.p256.key -O private -o handed/puttygen.p256.ppk --new-passphrase "$work/empty"
fi
ls handed
