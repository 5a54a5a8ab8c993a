#!/bin/sh
# Makes archives/ anew: the P-256 or the RSA 2048 key of ca/ with its CA certificate in the
# key stores that other tools write. Files are named tool.algorithm.variant; the password is
# "example" if README.md names no other. Run it after make-ca.sh, which changes the keys.
#
# Debian: openssl, openjdk-17-jdk-headless, libbcprov-java, libnss3-tools, gnutls-bin; npm for
# node-forge, Go for go-pkcs12. What a missing tool would have made is left out with a SKIP line.
set -eu
cd "$(dirname "$0")"
rm -rf archives
mkdir archives
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
key=ca/openssl.p256.pkcs8.key
crt=ca/openssl.p256.crt
rsakey=ca/openssl.rsa2048.pkcs8.key
rsacrt=ca/openssl.rsa2048.crt
export TZ=UTC

have() { # TOOL: whether it can be had, else a SKIP line
	command -v "$1" >"$work/where" && return 0
	echo "SKIP: no $1" >&2
	return 1
}

# OpenSSL: parts that are missing, ciphers, digests, passwords.
pkcs12() { # NAME [OPTIONS...]
	name=$1
	shift
	openssl pkcs12 -export -inkey $key -in $crt -passout pass:example -out "archives/openssl.p256.$name.p12" "$@"
}
pkcs12 nomac -nomac
pkcs12 plain -keypbe NONE -certpbe NONE
pkcs12 plain-nomac -keypbe NONE -certpbe NONE -nomac
pkcs12 pbes2-3des -keypbe DES-EDE3-CBC -certpbe DES-EDE3-CBC
pkcs12 pbe-3des2 -legacy -keypbe PBE-SHA1-2DES -certpbe PBE-SHA1-RC2-128
pkcs12 camellia -keypbe CAMELLIA-256-CBC -certpbe CAMELLIA-256-CBC
pkcs12 camellia-certificate -certpbe CAMELLIA-256-CBC
pkcs12 rc4 -legacy -keypbe PBE-SHA1-RC4-128 -certpbe PBE-SHA1-RC4-128
for digest in sha224 sha384 sha512-256; do
	pkcs12 mac-$digest -macalg $digest
done
pkcs12 odd-chain -certfile ca/openssl.brainpool.crt
pkcs12 emoji -passout pass:clé🔑
LC_ALL=C pkcs12 latin1 -passout "pass:$(printf 'caf\351')"

# keytool of OpenJDK 17: its own stores, RC2 and 3DES as before Java 16, and two keys.
if have keytool; then
	openssl pkcs12 -export -inkey $key -in $crt -name ca -passout pass:example -out "$work/one.p12"
	openssl pkcs12 -export -inkey $rsakey -in $rsacrt -name other -passout pass:example -out "$work/other.p12"
	import() { # FILE TYPE SOURCE [OPTIONS...]
		file=$1 type=$2 source=$3
		shift 3
		keytool -importkeystore -noprompt -srckeystore "$source" -srcstoretype PKCS12 -srcstorepass example \
			-destkeystore "archives/$file" -deststoretype "$type" -deststorepass example "$@" 2>"$work/said"
	}
	import keytool.p256.jks JKS "$work/one.p12"
	import keytool.p256.jceks JCEKS "$work/one.p12"
	import keytool.p256.legacy.p12 PKCS12 "$work/one.p12" -J-Dkeystore.pkcs12.legacy
	import keytool.p256.two-keys.p12 PKCS12 "$work/one.p12"
	import keytool.p256.two-keys.p12 PKCS12 "$work/other.p12"
	beside() { # NAME ALGORITHM [OPTIONS...]: the pair beside a key of another kind
		name=$1 algorithm=$2
		shift 2
		import "keytool.p256.$name.p12" PKCS12 "$work/one.p12" "$@"
		keytool -genkeypair -alias odd -keyalg "$algorithm" -dname CN=odd -validity 36500 -storetype PKCS12 \
			-keystore "archives/keytool.p256.$name.p12" -storepass example "$@" 2>"$work/said"
	}
	beside beside-ed25519 Ed25519
	beside beside-dsa DSA
	beside beside-pss RSASSA-PSS
	beside beside-dsa-legacy DSA -J-Dkeystore.pkcs12.legacy
fi

# BouncyCastle: BER with indefinite lengths, and its own stores.
bcprov=/usr/share/java/bcprov.jar
if have java && [ -e $bcprov ]; then
	openssl pkcs8 -topk8 -nocrypt -in $key -outform DER -out "$work/p256.der"
	openssl pkcs8 -topk8 -nocrypt -in $rsakey -outform DER -out "$work/rsa2048.der"
	cat >"$work/Stores.java" <<'JAVA'
import java.io.*;
import java.nio.file.*;
import java.security.*;
import java.security.cert.*;
import java.security.spec.PKCS8EncodedKeySpec;

public class Stores {
	public static void main(String[] args) throws Exception {
		Security.addProvider(new org.bouncycastle.jce.provider.BouncyCastleProvider());
		PrivateKey key = KeyFactory.getInstance(args[0]).generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(Path.of(args[1]))));
		java.security.cert.Certificate certificate = CertificateFactory.getInstance("X.509").generateCertificate(new FileInputStream(args[2]));
		for (int i = 3; i + 1 < args.length; i += 2) {
			KeyStore store = KeyStore.getInstance(args[i], "BC");
			store.load(null, null);
			store.setKeyEntry("ca", key, "example".toCharArray(), new java.security.cert.Certificate[]{certificate});
			try (OutputStream out = new FileOutputStream(args[i + 1])) {
				store.store(out, "example".toCharArray());
			}
		}
	}
}
JAVA
	java -cp $bcprov "$work/Stores.java" EC "$work/p256.der" $crt PKCS12 archives/bouncycastle.p256.ber.p12 \
		PKCS12-3DES-3DES archives/bouncycastle.p256.ber-3des.p12 \
		BCFKS archives/bouncycastle.p256.bcfks BKS archives/bouncycastle.p256.bks UBER archives/bouncycastle.p256.uber
	java -cp $bcprov "$work/Stores.java" RSA "$work/rsa2048.der" $rsacrt PKCS12 archives/bouncycastle.rsa2048.ber.p12
else
	echo "SKIP: no BouncyCastle" >&2
fi

# NSS, through a data base of its own.
if have pk12util && have certutil; then
	openssl pkcs12 -export -inkey $key -in $crt -name ca -passout pass:example -out "$work/nss.p12"
	mkdir "$work/nss"
	certutil -N -d "sql:$work/nss" --empty-password
	pk12util -i "$work/nss.p12" -d "sql:$work/nss" -W example >"$work/said"
	nss() { # NAME [OPTIONS...]
		name=$1
		shift
		pk12util -o "archives/nss.p256.$name.p12" -n ca -d "sql:$work/nss" -W example "$@" >"$work/said"
	}
	nss default
	nss aes128 -c AES-128-CBC -C AES-128-CBC
	nss rc2 -c "PKCS #12 V2 PBE With SHA-1 And 128 Bit RC2 CBC" -C "PKCS #12 V2 PBE With SHA-1 And 40 Bit RC2 CBC"
fi

# GnuTLS, in DER and in PEM.
if have certtool; then
	gnutls() { # FILE [OPTIONS...]
		file=$1
		shift
		certtool --to-p12 --load-privkey $key --load-certificate $crt --p12-name ca --password example --outfile "archives/gnutls.p256.$file" "$@" 2>"$work/said"
	}
	gnutls default.p12 --outder
	gnutls pem.p12
	gnutls 3des.p12 --outder --pkcs-cipher 3des-pkcs12
	gnutls aes192.p12 --outder --pkcs-cipher aes-192
fi

# node-forge.
if have npm; then
	(cd "$work" && npm install --silent --no-audit --no-fund node-forge@1.4.3 >"$work/said")
	openssl rsa -in $rsakey -traditional -out "$work/rsa2048.key" 2>"$work/said"
	cat >"$work/forge.js" <<'JS'
const fs = require('fs'), forge = require('node-forge');
const [key, certificate, ...files] = process.argv.slice(2);
for (const file of files) {
	const algorithm = file.includes('aes') ? 'aes256' : '3des';
	const archive = forge.pkcs12.toPkcs12Asn1(forge.pki.privateKeyFromPem(fs.readFileSync(key)),
		[forge.pki.certificateFromPem(fs.readFileSync(certificate))], 'example', {algorithm});
	fs.writeFileSync(file, Buffer.from(forge.asn1.toDer(archive).getBytes(), 'binary'));
}
JS
	NODE_PATH="$work/node_modules" node "$work/forge.js" "$work/rsa2048.key" $rsacrt archives/forge.rsa2048.aes256.p12 archives/forge.rsa2048.3des.p12
fi

# go-pkcs12: PBMAC1 of RFC 9579, which OpenSSL 3.0 does not write.
if have go; then
	mkdir "$work/pbmac1"
	cat >"$work/pbmac1/main.go" <<'GO'
package main

import (
	"crypto/x509"
	"encoding/pem"
	"os"

	"software.sslmate.com/src/go-pkcs12"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func block(path string) []byte {
	found, _ := pem.Decode(must(os.ReadFile(path)))
	return found.Bytes
}

func main() {
	key := must(x509.ParsePKCS8PrivateKey(block(os.Args[1])))
	certificate := must(x509.ParseCertificate(block(os.Args[2])))
	os.Stdout.Write(must(pkcs12.Modern2026.Encode(key, certificate, nil, "example")))
}
GO
	(cd "$work/pbmac1" && go mod init pbmac1 2>"$work/said" && go get software.sslmate.com/src/go-pkcs12@v0.7.4 2>"$work/said" && go build -o pbmac1)
	"$work/pbmac1/pbmac1" $key $crt >archives/go-pkcs12.p256.pbmac1.p12
fi
ls archives
