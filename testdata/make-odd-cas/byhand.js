// CAs whose DER is written by hand, one odd part in each: by-hand.ALGORITHM.VARIANT.crt. They
// stand for old and home-made tools. Their keys are those of ../ca.
const fs = require('node:fs'), crypto = require('node:crypto')
const [from, to] = process.argv.slice(2)

const bytes = x => typeof x === 'string' ? Buffer.from(x, 'hex') : Buffer.from(x)
function tlv(tag, ...parts) {
  const body = Buffer.concat(parts.map(bytes)), n = body.length
  const length = n < 128 ? [n] : n < 256 ? [0x81, n] : [0x82, n >> 8, n & 255]
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}
const seq = (...p) => tlv(0x30, ...p), set = (...p) => tlv(0x31, ...p), octets = (...p) => tlv(4, ...p), bits = (...p) => tlv(3, '00', ...p)
const int = hex => tlv(2, hex), latin1 = s => Buffer.from(s, 'latin1'), utf8 = s => Buffer.from(s, 'utf8')
const TRUE = tlv(1, 'ff'), NULL = '0500'
const attribute = (type, tag, value) => set(seq(tlv(6, type), tlv(tag, value)))
const [CN, O, DC, UID, EMAIL] = ['550403', '55040a', '0992268993f22c640119', '0992268993f22c640101', '2a864886f70d010901']
const PRINTABLE = 0x13, UTF8 = 0x0c, IA5 = 0x16, T61 = 0x14, BMP = 0x1e, UNIVERSAL = 0x1c, NUMERIC = 0x12, VISIBLE = 0x1a, GENERAL = 0x1b
const name = cn => seq(attribute(O, UTF8, utf8('By hand')), attribute(CN, UTF8, utf8(cn)))
const named = (tag, value) => seq(attribute(O, UTF8, utf8('By hand')), attribute(CN, tag, value))

const keys = {}
for (const kind of ['p256', 'rsa2048']) {
  const key = crypto.createPrivateKey(fs.readFileSync(`${from}/openssl.${kind}.pkcs8.key`))
  keys[kind] = { key, spki: crypto.createPublicKey(key).export({ type: 'spki', format: 'der' }) }
}
const algorithms = { p256: seq('06082a8648ce3d040302'), rsa2048: seq('06092a864886f70d01010b', NULL) }
const utc = s => tlv(0x17, latin1(s)), general = s => tlv(0x18, latin1(s))
const extension = (id, value, ...critical) => seq(tlv(6, id), ...critical, octets(value))
const SKI = '0102030405060708090a0b0c0d0e0f1011121314'
const bc = extension('551d13', seq(TRUE), TRUE), ku = extension('551d0f', '03020106', TRUE), ski = extension('551d0e', octets(SKI))

// BER: the length in more octets, and not given.
const long = der => { const n = 2 + (der[1] > 128 ? der[1] & 127 : 0); return Buffer.concat([bytes([der[0], 0x84, 0, 0, (der.length - n) >> 8, (der.length - n) & 255]), der.subarray(n)]) }
const endless = der => Buffer.concat([bytes([der[0], 0x80]), der.subarray(2 + (der[1] > 128 ? der[1] & 127 : 0)), bytes('0000')])

// part: subject, issuer, serial, version, algorithm, outer, from, to, spki, extensions, more (extensions), ber (of the signed part), list (BER of the
// extensions), trailing, file, endless, long (of the whole)
function make(variant, part = {}, kind = 'p256') {
  const algorithm = part.algorithm ?? algorithms[kind]
  const subject = part.subject ?? name(variant)
  const tbs = (part.ber ?? (x => x))(seq(part.version ?? tlv(0xa0, int('02')), part.serial ?? int('4d' + crypto.createHash('sha256').update(variant).digest('hex').slice(0, 30)),
    algorithm, part.issuer ?? subject, seq(part.from ?? utc('250101000000Z'), part.to ?? general('21241208000000Z')), subject,
    part.spki ?? keys[kind].spki, ...(part.unique ?? []), tlv(0xa3, (part.list ?? (x => x))(seq(...(part.extensions ?? [bc, ku, ski]), ...(part.more ?? []))))))
  let signature = crypto.sign('sha256', tbs, { key: keys[kind].key, dsaEncoding: 'der' })
  if (part.flip) signature[signature.length - 1] ^= 1
  const body = [tbs, part.outer ?? algorithm, bits(signature)]
  const der = part.endless ? endless(seq(...body)) : part.long ? long(seq(...body)) : Buffer.concat([seq(...body), bytes(part.trailing ?? '')])
  const text = der.toString('base64').replace(/.{64}(?=.)/g, '$&\n')
  fs.writeFileSync(`${to}/by-hand.${kind}.${part.file ?? variant + '.crt'}`, `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`)
}

// Names.
make('underscore', { subject: named(PRINTABLE, latin1('plant_ca')) })
make('at', { subject: named(PRINTABLE, latin1('ca@example.com')) })
make('star', { subject: named(PRINTABLE, latin1('*.example.com & co')) })
make('latin1', { subject: named(PRINTABLE, latin1('Müller')) })
make('utf8-printable', { subject: named(PRINTABLE, utf8('工厂')) })
make('numeric', { subject: named(NUMERIC, latin1('plant 7')) })
make('ia5', { subject: seq(attribute(DC, IA5, latin1('example')), attribute(EMAIL, IA5, latin1('caf\xe9@example.com'))) })
make('visible', { subject: named(VISIBLE, latin1('Visible_CA')) })
make('generalstring', { subject: named(GENERAL, latin1('General CA')) })
make('universal', { subject: named(UNIVERSAL, '00005de5000053820001f600') })
make('bmp-surrogate', { subject: named(BMP, 'd83dde000043') })
make('bmp-odd', { subject: named(BMP, '004300') })
make('utf8-broken', { subject: named(UTF8, '4d fc 6c 6c'.replaceAll(' ', '')) })
make('t61', { subject: named(T61, latin1('Müller')) })
make('octets', { subject: named(4, latin1('octets')) })
make('empty-rdn', { subject: seq(set(), attribute(CN, UTF8, utf8('after an empty one'))) })
make('uuid-attribute', { subject: seq(attribute('6983f09da7ebcfdee0c7a1a7b2c0948cc8f9d776', UTF8, utf8('x')), attribute(CN, UTF8, utf8('UUID'))) })
make('ad', { subject: seq(attribute(DC, IA5, latin1('com')), attribute(DC, IA5, latin1('example')), attribute(UID, UTF8, utf8('ca1')), attribute(CN, UTF8, utf8('AD CS'))) })
make('below-underscore', { issuer: named(PRINTABLE, latin1('plant_ca')), more: [] })

// Serial numbers.
make('negative', { serial: int('f00d4d21a7f3102030405060708090a0') })
make('minus-one', { serial: int('ff') })
make('zero', { serial: int('00') })
make('negative-long', { serial: int('80' + '11'.repeat(62)) })

// Extensions.
const san = (...names) => extension('551d11', seq(...names))
make('ip8', { more: [san(tlv(0x87, '0a000000ff000000'))] })
make('ip-none', { more: [san(tlv(0x87, ''))] })
make('san-ia5', { more: [san(tlv(0x82, latin1('m\xfcller.example.com')))] })
make('san-uri', { more: [san(tlv(0x86, latin1('http://[bad')))] })
make('san-uri-dot', { more: [san(tlv(0x86, latin1('http://example.com./')))] })
make('twice', { more: [extension('2a0304', NULL), extension('2a0304', NULL)] })
make('ski-critical', { extensions: [bc, ku, extension('551d0e', octets(SKI), TRUE)] })
make('aki-critical', { more: [extension('551d23', seq(tlv(0x80, SKI)), TRUE)] })
make('aia-critical', { more: [extension('2b06010505070101', seq(seq('06082b06010505073001', tlv(0x86, latin1('http://example.com')))), TRUE)] })
make('true-is-one', { extensions: [extension('551d13', seq('010101'), '010101'), ku, ski] })
make('usage-padding', { extensions: [bc, extension('551d0f', '03020107', TRUE), ski] })
make('uuid-extension', { more: [extension('6983f09da7ebcfdee0c7a1a7b2c0948cc8f9d776', NULL)] })
make('uuid-usage', { more: [extension('551d25', seq('06082b06010505070302', tlv(6, '6983f09da7ebcfdee0c7a1a7b2c0948cc8f9d776')))] })
make('policies-twice', { more: [extension('551d20', seq(seq('06032a0304'), seq('06032a0304')))] })
make('policies-damaged', { more: [extension('551d20', NULL)] })
make('aia-damaged', { more: [extension('2b06010505070101', NULL)] })
make('crl-damaged', { more: [extension('551d1f', NULL)] })
make('constraints-dns', { more: [extension('551d1e', seq(tlv(0xa0, seq(tlv(0x82, latin1('example.com.'))))))] })
make('constraints-ip', { more: [extension('551d1e', seq(tlv(0xa1, seq(tlv(0x87, '0a00000000ff00ff')))))] })
make('constraints-mail', { more: [extension('551d1e', seq(tlv(0xa0, seq(tlv(0x81, latin1('@example.com'))))))] })
make('unknown-critical', { more: [extension('2a0305', NULL, TRUE)] })
make('policy-constraints', { more: [extension('551d24', seq(tlv(0x80, 'ffffffffffffffffff')), TRUE)] })
make('path-huge', { extensions: [extension('551d13', seq(TRUE, int('7fffffffffffffffff')), TRUE), ku, ski] })
const directory = (...name) => tlv(0xa4, seq(...name))
make('constraints-capitals', { more: [extension('551d1e', seq(tlv(0xa1, seq(directory(attribute(CN, IA5, latin1(' CODE ')))))))] })
make('constraints-maximum', { more: [extension('551d1e', seq(tlv(0xa1, seq(directory(attribute(O, UTF8, utf8('Other'))), tlv(0x81, '05')))))] })
make('constraints-twice', { extensions: [bc, bc, ku, ski] })
make('constraints-damaged', { more: [extension('551d1e', NULL)] })
make('path-negative', { extensions: [extension('551d13', seq(TRUE, int('ff')), TRUE), ku, ski] })
make('usage-none', { extensions: [bc, extension('551d0f', '030100', TRUE), ski] })
make('ski-bare', { extensions: [bc, ku, extension('551d0e', SKI)] })
make('critical-long', { extensions: [extension('551d13', seq(TRUE), tlv(1, 'ffff')), ku, ski] })
make('proxy', { more: [extension('2b0601050507010e', seq(seq('06082b06010505071501')), TRUE)] })
make('no-extensions', { extensions: [] })

// Keys.
const point = keys.p256.spki.subarray(-64), curve = seq('06072a8648ce3d0201', '06082a8648ce3d030107')
make('compressed', { spki: seq(curve, bits([2 + (point[63] & 1)], point.subarray(0, 32))) })
make('hybrid', { spki: seq(curve, bits([6 + (point[63] & 1)], point)) })
const jwk = crypto.createPublicKey(keys.rsa2048.key).export({ format: 'jwk' }), n = Buffer.from(jwk.n, 'base64url')
const rsa = (modulus, exponent, ...params) => seq(seq('06092a864886f70d010101', ...params), bits(seq(int(modulus), int(exponent))))
const positive = Buffer.concat([Buffer.from([0]), n])
make('no-null', { spki: rsa(positive, '010001') }, 'rsa2048')
make('modulus-negative', { spki: rsa(n, '010001', NULL) }, 'rsa2048')
make('exponent-padded', { spki: rsa(positive, '00010001', NULL) }, 'rsa2048')
make('ber-key', { spki: seq(seq('06092a864886f70d010101', NULL), bits(endless(seq(int(positive), int('010001'))))) }, 'rsa2048')
make('ea-rsa', { spki: seq(seq('0604550801 01'.replace(' ', ''), tlv(2, '0800')), bits(seq(int(positive), int('010001')))) }, 'rsa2048')

// Times.
make('generalized', { from: general('20250101000000Z') })
make('no-seconds', { from: utc('2501010000Z') })
make('offset', { from: utc('250101080000+0800') })
make('fraction', { from: general('20250101000000.5Z') })
make('no-zone', { from: utc('250101000000') })
make('year-1-9999', { from: general('00010101000000Z'), to: general('99991231235959Z') })
make('year-0', { from: general('00000101000000Z') })

// Versions and the rest.
make('v1', { version: '' })
make('v2', { version: tlv(0xa0, int('01')), unique: [tlv(0x81, '0001'), tlv(0x82, '0002')] })
make('v4', { version: tlv(0xa0, int('03')) })
make('v128', { version: tlv(0xa0, int('7f')) })
make('ber-endless', { endless: true })
make('ber-long', { long: true })
make('ber-signed', { ber: endless, endless: true })
make('ber-name', { subject: long(name('ber-name')), list: endless, version: long(tlv(0xa0, int('02'))) })
make('ber-lengths', { ber: long, serial: long(int('4d0102030405060708090a0b0c0d0e0f')), algorithm: long(algorithms.p256), spki: long(keys.p256.spki), from: long(utc('250101000000Z')),
  extensions: [extension('551d13', endless(seq(TRUE)), TRUE), extension('551d0f', '0381020106', TRUE), long(ski)] })
make('ber-pieces', { subject: named(0x2c, Buffer.concat([tlv(UTF8, utf8('ber-')), tlv(UTF8, utf8('pieces'))])), unique: [tlv(0xa1, bits('01'))],
  extensions: [bc, ku, seq(tlv(6, '551d0e'), tlv(0x24, octets('0414'), octets(SKI)))] })
make('trailing', { trailing: '0a0a' })
make('algorithms-differ', { outer: seq('06082a8648ce3d040303') })
make('algorithm-null', { algorithm: seq('06082a8648ce3d040302', NULL) })
make('flipped', { flip: true })
make('flipped-aki', { flip: true, more: [extension('551d23', seq(tlv(0x80, SKI)))] })

// A verification certificate of underscore, made by such a tool, too.
make('odd', { file: 'odd.proof', issuer: named(PRINTABLE, latin1('plant_ca')), serial: int('f00d'), from: utc('260531000000Z'), to: utc('270327000000Z'), extensions: [],
  subject: seq(attribute('55040b', PRINTABLE, latin1('plant_7')), attribute(CN, UTF8, utf8('13274673-8f90-4630-bea1-9cccb25756ad2089123456'))),
  spki: crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'der' }) })
