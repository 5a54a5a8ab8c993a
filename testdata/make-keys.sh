#!/bin/sh
# Makes keys/ anew: the keys of ca/ as files that keep them encrypted, with OpenSSL
# 3.0 and keytool (OpenJDK 17). Files are named tool.algorithm.variant; the password is
# "example". Run it after make-ca.sh, which changes the keys.
set -eu
cd "$(dirname "$0")"
rm -rf keys
mkdir keys
key=ca/openssl.p256.pkcs8.key
export TZ=UTC

# PKCS#8, PBES2: every function and cipher that is read.
pbes2() { # NAME CIPHER [OPTIONS...]
	name=$1 cipher=$2
	shift 2
	openssl pkcs8 -topk8 -in $key -passout pass:example -v2 "$cipher" "$@" -out "keys/openssl.p256.$name.key"
}
for hash in SHA1 SHA256 SHA384 SHA512; do
	pbes2 "pbkdf2-hmac$hash-aes256" aes-256-cbc -v2prf hmacWith$hash
done
pbes2 pbkdf2-aes128 aes-128-cbc
pbes2 pbkdf2-aes192 aes-192-cbc
pbes2 pbkdf2-3des des3
pbes2 scrypt-aes256 aes-256-cbc -scrypt
pbes2 scrypt-aes128 aes-128-cbc -scrypt -scrypt_N 1024 -scrypt_r 4 -scrypt_p 2
openssl pkcs8 -topk8 -in ca/openssl.rsa2048.pkcs8.key -passout pass:example -v2 aes-256-cbc -out keys/openssl.rsa2048.pbkdf2-aes256.key

# PKCS#8 that is refused: too much work, PBES1, a cipher that is not read.
pbes2 rounds aes-256-cbc -iter 100000000
pbes2 camellia camellia-256-cbc
openssl pkcs8 -topk8 -in $key -passout pass:example -v1 PBE-SHA1-3DES -out keys/openssl.p256.pbes1.key

# PEM encryption as OpenSSL had it before PKCS#8.
for cipher in aes128 aes192 aes256 des3; do
	openssl ec -in $key -$cipher -passout pass:example -out keys/openssl.p256.legacy-$cipher.key 2>/dev/null
done
openssl rsa -in ca/openssl.rsa2048.pkcs8.key -aes256 -traditional -passout pass:example -out keys/openssl.rsa2048.legacy-aes256.key 2>/dev/null
openssl ec -in $key -camellia256 -passout pass:example -out keys/openssl.p256.legacy-camellia256.key 2>/dev/null

# Ciphers of OpenSSL's legacy provider, which are refused, too.
legacy="-provider legacy -provider default"
for cipher in des-cbc rc2-cbc bf-cbc cast5-cbc seed-cbc; do
	pbes2 legacy-provider-$cipher $cipher $legacy
done
for v1 in PBE-MD5-DES PBE-SHA1-RC2-40 PBE-SHA1-RC4-128; do
	openssl pkcs8 -topk8 -in $key -passout pass:example -v1 $v1 $legacy -out keys/openssl.p256.legacy-provider-$v1.key
done
for cipher in bf cast5-cbc rc2 seed; do
	openssl ec -in $key -$cipher -passout pass:example $legacy -out keys/openssl.p256.legacy-provider-dek-$cipher.key
done

# PKCS#12: key and certificate.
pkcs12() { # NAME [OPTIONS...]
	name=$1
	shift
	openssl pkcs12 -export -inkey $key -in ca/openssl.p256.crt -passout pass:example -out "keys/openssl.p256.$name.p12" "$@"
}
pkcs12 aes256
pkcs12 legacy-rc2 -legacy
pkcs12 chain -certfile ca/openssl.rsa2048.crt
pkcs12 sha512 -macalg sha512 -certpbe AES-128-CBC -keypbe AES-192-CBC
pkcs12 nopassword -passout pass:
pkcs12 rounds -iter 100000000 -nomaciter 2>/dev/null
openssl pkcs12 -export -nocerts -inkey $key -passout pass:example -out keys/openssl.p256.keyonly.p12
openssl pkcs12 -export -nokeys -in ca/openssl.p256.crt -passout pass:example -out keys/openssl.p256.certonly.p12
openssl pkcs12 -export -inkey $key -in ca/openssl.p256.crt -passout pass:例え+é -out keys/openssl.p256.unicode.p12

# keytool makes its own CA.
keytool -genkeypair -alias ca -keyalg EC -groupname secp256r1 -sigalg SHA256withECDSA -dname "CN=keytool p256, O=Example Devices" \
	-startdate '2025/01/01 00:00:00' -validity 36500 -ext bc:critical=ca:true -ext ku:critical=keyCertSign,cRLSign \
	-storetype PKCS12 -keystore keys/keytool.p256.p12 -storepass example 2>/dev/null
