#!/bin/sh
# Makes ca/ and verification/ anew with OpenSSL 3.0 and faketime (both Debian).
# Every run makes other keys: run `go test ./pki -update` afterwards and look
# at what else changed. Files are named tool.algorithm.variant.
set -eu
cd "$(dirname "$0")"
rm -rf ca verification golden
mkdir ca verification golden

# CAs live from 2025 to 2124, so that no test meets their end.
long() { faketime -f '2025-01-01 00:00:00' openssl "$@" 2>/dev/null; }
export TZ=UTC
days=36500

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/ca.cnf" <<'CNF'
[req]
distinguished_name = dn
prompt = no
string_mask = utf8only
utf8 = yes
[dn]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[noski]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = none
[nocertsign]
basicConstraints = critical,CA:TRUE
keyUsage = critical,digitalSignature,cRLSign
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
[proof]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
CNF
for mask in t61:0x4 bmp:0x800; do
	sed "s/^string_mask.*/string_mask = MASK:${mask#*:}/" "$work/ca.cnf" >"$work/${mask%%:*}.cnf"
done

# root KEY CERT SUBJECT SECTION [CONFIG [OPTIONS...]]: a self-signed certificate.
root() {
	key=$1 cert=$2 subject=$3 section=$4 config=${5:-ca}
	shift 4
	[ $# -eq 0 ] || shift
	long req -x509 -new -key "ca/$key" -out "ca/$cert" -days $days -sha256 \
		-config "$work/$config.cnf" -extensions "$section" -subj "$subject" "$@"
}

# One CA of every key kind that the service takes, with a PKCS#8 key.
for bits in 2048 3072 4096; do
	openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:$bits -out ca/openssl.rsa$bits.pkcs8.key
	root openssl.rsa$bits.pkcs8.key openssl.rsa$bits.crt "/O=Example Devices/CN=OpenSSL RSA $bits" root
done
for curve in p256:prime256v1 p384:secp384r1 p521:secp521r1; do
	name=${curve%%:*}
	openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:${curve#*:} -out ca/openssl.$name.pkcs8.key
	root openssl.$name.pkcs8.key openssl.$name.crt "/O=Example Devices/CN=OpenSSL $name" root
done

# The same keys in other files.
openssl rsa -in ca/openssl.rsa2048.pkcs8.key -traditional -out ca/openssl.rsa2048.pkcs1.key 2>/dev/null
openssl ec -in ca/openssl.p256.pkcs8.key -out ca/openssl.p256.sec1.key 2>/dev/null
openssl pkcs8 -topk8 -v2 aes-256-cbc -passout pass:example -in ca/openssl.p256.pkcs8.key -out ca/openssl.p256.encrypted.key
openssl ec -aes128 -passout pass:example -in ca/openssl.p256.pkcs8.key -out ca/openssl.p256.legacy-encrypted.key 2>/dev/null
openssl pkey -in ca/openssl.p256.pkcs8.key -pubout -out ca/openssl.p256.pub
openssl pkcs12 -export -passout pass:example -inkey ca/openssl.p256.pkcs8.key -in ca/openssl.p256.crt -out ca/openssl.p256.p12

# `ecparam -genkey` writes an EC PARAMETERS block ahead of the key.
openssl ecparam -name secp384r1 -genkey -out ca/openssl.p384.ecparam.key
root openssl.p384.ecparam.key openssl.p384.ecparam.crt "/CN=OpenSSL ecparam" root

# Other certificates of the P-256 key: by encoding of the file ...
p256=openssl.p256.pkcs8.key
openssl x509 -in ca/openssl.p256.crt -text -out ca/openssl.p256.text.crt
openssl x509 -in ca/openssl.p256.crt -outform DER -out ca/openssl.p256.der.crt
openssl x509 -in ca/openssl.p256.crt -trustout -addtrust clientAuth -out ca/openssl.p256.trusted.crt
# ... of the subject ...
root $p256 openssl.p256.t61.crt "/O=Müller Geräte/CN=T61" root t61 -utf8
root $p256 openssl.p256.bmp.crt "/O=设备/CN=BMP" root bmp -utf8
root $p256 openssl.p256.multi.crt "/O=Example Devices/OU=设备+CN=Two in one" root ca -utf8
root $p256 openssl.p256.empty.crt "/" root
# ... and by what it says.
root $p256 openssl.p256.renewed.crt "/O=Example Devices/CN=OpenSSL p256" root
root $p256 openssl.p256.noski.crt "/CN=No key identifier" noski
root $p256 openssl.p256.nocertsign.crt "/CN=No keyCertSign" nocertsign
root $p256 openssl.p256.leaf.crt "/CN=Leaf" leaf
root $p256 openssl.p256.shortserial.crt "/CN=Short serial" root ca -set_serial 0x1f
days=365
root $p256 openssl.p256.expired.crt "/CN=Expired" root
days=36500

# CAs that the service or its documented limits refuse.
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out ca/openssl.rsa1024.pkcs8.key
root openssl.rsa1024.pkcs8.key openssl.rsa1024.crt "/CN=OpenSSL RSA 1024" root
openssl genpkey -algorithm ED25519 -out ca/openssl.ed25519.pkcs8.key
root openssl.ed25519.pkcs8.key openssl.ed25519.crt "/CN=OpenSSL Ed25519" root
openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1 -out ca/openssl.brainpool.pkcs8.key
root openssl.brainpool.pkcs8.key openssl.brainpool.crt "/CN=OpenSSL brainpool" root
openssl genpkey -quiet -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out ca/openssl.rsapss.pkcs8.key
root openssl.rsapss.pkcs8.key openssl.rsapss.crt "/CN=OpenSSL RSA-PSS" root
long req -new -key ca/openssl.rsa2048.pkcs8.key -config "$work/ca.cnf" -subj "/CN=OpenSSL v1" -out "$work/v1.csr"
long x509 -req -in "$work/v1.csr" -signkey ca/openssl.rsa2048.pkcs8.key -days $days -out ca/openssl.rsa2048.v1.crt

# Verification certificates. The code has the shape of the service's.
code=13274673-8f90-4630-bea1-9cccb25756ad2089123456
proof() { # OUT CA DIGEST NEWKEY [OPTIONS...]: the vendor's recipe, 300 days
	out=$1 ca=$2 digest=$3 newkey=$4
	shift 4
	# shellcheck disable=SC2086
	openssl $newkey -out "$work/proof.key" 2>/dev/null
	openssl req -new -key "$work/proof.key" -config "$work/ca.cnf" -subj "/CN=$code" -out "$work/proof.csr"
	faketime -f '2026-05-31 00:00:00' openssl x509 -req -in "$work/proof.csr" \
		-CA ca/openssl.$ca.crt -CAkey ca/openssl.$ca.pkcs8.key -CAcreateserial -CAserial "$work/$ca.srl" \
		-days 300 "$digest" -out "verification/$out" "$@" 2>/dev/null
}
# Without a size genrsa makes 2048 bits.
rsa=genrsa ec='ecparam -genkey -name prime256v1 -noout'
proof openssl.rsa2048.recipe.crt rsa2048 -sha512 "$rsa"
proof openssl.p256.recipe.crt p256 -sha256 "$ec"
proof openssl.rsa2048.v3.crt rsa2048 -sha256 "$rsa" -extfile "$work/ca.cnf" -extensions proof
proof openssl.rsa2048.sha1.crt rsa2048 -sha1 "$rsa"

# The public keys of our own golden certificates; the private halves end here.
openssl "$rsa" 2>/dev/null | openssl pkey -pubout -out golden/openssl.rsa2048.pub
# shellcheck disable=SC2086
openssl $ec 2>/dev/null | openssl pkey -pubout -out golden/openssl.p256.pub
