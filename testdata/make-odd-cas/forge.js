// CAs as programs with node-forge make them: node-forge.ALGORITHM.VARIANT.crt. Its strings
// are PrintableString unless told otherwise, whatever characters they hold.
const fs = require('node:fs'), forge = require('node-forge')
const { pki, md } = forge
const [from, to] = process.argv.slice(2)
const key = pki.privateKeyFromPem(fs.readFileSync(`${from}/openssl.rsa2048.pkcs8.key`, 'utf8'))

function make(variant, attributes, change = () => {}) {
  const c = pki.createCertificate()
  c.publicKey = pki.setRsaPublicKey(key.n, key.e)
  c.serialNumber = '01'
  c.validity.notBefore = new Date('2025-01-01T00:00:00Z')
  c.validity.notAfter = new Date('2124-12-08T00:00:00Z')
  c.setSubject(attributes)
  c.setIssuer(attributes)
  c.setExtensions([{ name: 'basicConstraints', cA: true }, { name: 'keyUsage', keyCertSign: true, cRLSign: true }, { name: 'subjectKeyIdentifier' }])
  change(c)
  c.sign(key, md.sha256.create())
  fs.writeFileSync(`${to}/node-forge.rsa2048.${variant}.crt`, pki.certificateToPem(c))
}

make('plain', [{ name: 'commonName', value: 'Forge CA' }])
make('underscore', [{ name: 'commonName', value: 'plant_ca' }])
make('email', [{ name: 'commonName', value: 'admin@example.com' }, { shortName: 'E', value: 'admin@example.com' }])
make('umlaut', [{ name: 'organizationName', value: 'Müller Geräte' }, { name: 'commonName', value: 'Müller' }])
make('utf8', [{ name: 'commonName', value: forge.util.encodeUtf8('工厂 CA') }])
make('negative', [{ name: 'commonName', value: 'Forge negative' }], c => { c.serialNumber = 'f00d4d210102030405060708090a0b0c' })
make('ip8', [{ name: 'commonName', value: 'Forge address' }], c => c.setExtensions([{ name: 'basicConstraints', cA: true },
  { name: 'subjectAltName', altNames: [{ type: 7, value: '10.0.0.0/8', ip: undefined }] }]))
