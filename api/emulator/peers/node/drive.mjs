// Sends one call, which it reads from stdin as JSON, with a runtime of the vendor, and prints
// the answer or the runtime's error.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

const { runtime, url, key, call } = JSON.parse(readFileSync(0, 'utf8'));
const send = { 'pop-core': popCore, 'openapi-client': openapi }[runtime];

try {
  console.log(JSON.stringify({ answer: await send() }));
} catch (error) {
  console.log(JSON.stringify({ code: error.code ?? '', message: error.message }));
}

async function popCore() {
  const { RPCClient } = require('@alicloud/pop-core');
  const client = new RPCClient({
    endpoint: url, apiVersion: '2020-04-20',
    accessKeyId: key.id, accessKeySecret: key.secret, securityToken: key.token || undefined,
  });
  return client.request(call.action, call.parameters, { method: call.method });
}

async function openapi() {
  const { default: Client, Config, Params, OpenApiRequest } = require('@alicloud/openapi-client');
  const { default: Credential, Config: CredentialConfig } = require('@alicloud/credentials');
  const { RuntimeOptions } = require('@alicloud/tea-util');
  const { protocol, host } = new URL(url);
  const credential = new Credential(new CredentialConfig({
    type: key.token ? 'sts' : 'access_key',
    accessKeyId: key.id, accessKeySecret: key.secret, securityToken: key.token || undefined,
  }));
  const client = new Client(new Config({ credential, endpoint: host, protocol: protocol.replace(':', '') }));
  const params = new Params({
    action: call.action, version: '2020-04-20', protocol: protocol.replace(':', '').toUpperCase(), pathname: '/', method: call.method,
    authType: 'AK', style: 'RPC', reqBodyType: 'formData', bodyType: 'json',
  });
  const request = new OpenApiRequest(call.inForm ? { body: call.parameters } : { query: call.parameters });
  const answer = await client.callApi(params, request, new RuntimeOptions({}));
  return answer.body;
}
