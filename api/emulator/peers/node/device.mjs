// Two devices of a CA: one subscribes, the other publishes, and what arrives is printed.
// Then a device publishes with a wrong password, and one without a certificate; their errors
// are printed. Usage: node device.mjs PORT ROOT.crt USERNAME PASSWORD-OF-PUMP PASSWORD-OF-VALVE
import { readFileSync } from 'node:fs'
import mqtt from 'mqtt'

const [port, root, username, pumpPassword, valvePassword] = process.argv.slice(2)

function connect(name, password, identity = { cert: readFileSync(`${name}.crt`), key: readFileSync(`${name}.key`) }) {
  return mqtt.connectAsync({
    protocol: 'mqtts', host: 'localhost', port: Number(port), ca: readFileSync(root), ...identity,
    clientId: `GID_devices@@@${name}`, username, password, protocolVersion: 4, reconnectPeriod: 0,
  }, false)
}

const valve = await connect('valve', valvePassword)
await valve.subscribeAsync('plant/#', { qos: 1 })
const arrived = new Promise((resolve) => valve.once('message', (topic, message) => resolve(`${topic} ${message}`)))
const pump = await connect('pump', pumpPassword)
await pump.publishAsync('plant/pump', 'on', { qos: 1 })
console.log(await arrived)
await pump.endAsync()
await valve.endAsync()

for (const attempt of [() => connect('pump', 'wrong'), () => connect('pump', pumpPassword, {})]) {
  await attempt().then(() => console.log('let in'), (error) => console.log(error.message))
}
