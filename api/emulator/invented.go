// # Invented
//
// The vendor's texts leave these open, and no client should rely on them. "Invented: NAME"
// in the code points to a row here.
//
//   - algorithms: SHA-256, SHA-384 and SHA-512 with RSA, RSA-PSS or ECDSA sign certificates, with any salt
//   - auth-order: the key, the timestamp, the signature, the token and then the nonce are
//     checked, so that a request without a valid signature uses up no nonce
//   - body: a body that is too large or breaks off is ParameterFieldCheckFailed
//   - broker: a device without SNI, or with another name, is at the first instance; an alert
//     ends a certificate that does not verify, whatever its state; the certificate is registered
//     when the device has shown that it has the key, whatever CONNACK says; a malformed CONNECT
//     gets no CONNACK
//   - broker-limits: packets have 64 KB at most; 1,000 clients are in; of a session 4 MB of messages
//     and filters are kept, others are dropped; of 1,000 sessions or 16 MB in all, those whose
//     clients have been away longest are forgotten first; 1,024 messages with QoS 2 are unreleased
//   - broker-tokens: every token counts for every topic, since the emulator has no ApplyToken; temporary
//     credentials do not count
//   - ca-checks: CertificateContentError is the code of every check of a certificate, and
//     which checks there are but the one on BasicConstraints; 128 bytes of an Sn are 128 digits
//   - ca-keys: a CA has an RSA key of 2048 to 16384 bits, or an EC key on P-256, P-384 or P-521
//   - changes: to activate an active certificate or inactivate an inactive one succeeds; changes
//     reach a CA that no list shows yet, and devices of an inactive CA; an Sn is found only as
//     the service wrote it, and an unknown CaSn is FindDeviceBySnError
//   - code-stays: a registration code stays the same until a registration uses it, without
//     Options.RotateCodes and Options.CodeLifetime
//   - code-used: a code that was used at one instance counts as used at all; an expired
//     code is refused like a wrong one
//   - common-name: the verification certificate has one common name; other attributes may
//     stand beside it
//   - connack: 1 for a protocol level that is not 4, 2 for a client id without its form or its
//     group, 3 for more than 1,000 clients, 4 for a user name or password, 5 for a user name of
//     another instance, or for an AccessKey of another account
//   - connect: of two texts on inactive CAs, the page on authentication of clients; the CA must be
//     within its validity period, an active one precedes one of the same name; devices of a CA
//     have serial numbers of their own, or are cut off; DeviceName is the common name
//   - deleted: the serial number of a deleted CA may be registered again; its code stays used
//   - device-content: the emulator does not have the CA's key, and signs DeviceContent of
//     devices that never connected with a key of its own. It does not verify
//   - forms: an Sn in capitals, with colons or without leading zeros, and numbers as strings
//   - gateway-order: parameters, User-Agent, operation, version and method are checked
//     before the signature, RAM after it and before the instance
//   - groups: every instance has the same groups, all of one age; of two texts on the permission of
//     ListGroupId, the page on the operation
//   - headers: the signed headers are named in lower case, sorted and once each
//   - http1: HTTP/1.1 only
//   - identity: the names and ids that GetCallerIdentity tells; it needs no permission
//   - instances: no permission is needed; the order, by id; one endpoint lists all regions; no
//     instance has a tag, so a filter by tags finds none; all fields but id and region
//   - name: a CaName has 1 to 64 characters
//   - nonces: nonces are told apart by access key
//   - odd-certificates: BER, and what crypto/x509 refuses, is read as OpenSSL reads it, but not
//     by the broker
//   - order: certificates are listed in the order of registration, devices by CA
//   - parameters: a parameter that is given twice is refused
//   - pem: a certificate is one PEM block without text around it, with real line feeds
//   - permission: the words of NoPermission, and the region of an unknown instance in them
//   - proofs: a request with both kinds of signatures is judged by the header
//   - rate-limits: a user is throttled within a second of the clock; an address that is over
//     its limit is refused with Throttling for 60 s
//   - registration-order: parameters, instance, CA, verification certificate, code and then
//     the serial number are checked; a refused registration changes nothing, and uses up no
//     code unless Options.SingleUseCodes is set
//   - sn: by default the Sn of a CA begins with a zero byte always, and that of a device if
//     its top bit is set; a negative one has its sign ahead
//   - sn-unique: serial numbers are compared without the issuer, and across accounts
//   - sni: SniConfig is checked for its form and forgotten; no certificate id is unknown
//   - statuses: the HTTP status of IncompleteSignature, InvalidVersion, SignatureNonceUsed,
//     the codes of timestamps and those of tokens
//   - tokens: a plain AccessKey refuses a token; every wrong token is malformed
//   - topics: a topic needs not be created, and has at most 128 bytes and 16 levels; a client that wants more than 30
//     subscriptions is disconnected; wills and the retain flag are ignored
//   - user-agent: a request without User-Agent is MissingUserAgent
//   - xml: each entry of a list is an element with the list's name
package emulator
