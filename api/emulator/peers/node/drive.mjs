// Sends one call, which it reads from stdin as JSON, with a runtime of the vendor, and prints
// the answer or the runtime's error.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(import.meta.url);

for await (const line of createInterface({ input: process.stdin })) {
  const { runtime, url, key, call } = JSON.parse(line);
  const send = { 'pop-core': popCore, 'openapi-client': openapi }[runtime];
  try {
    console.log(JSON.stringify({ answer: await send(url, key, call) }));
  } catch (error) {
    console.log(JSON.stringify({ code: error.code ?? '', message: error.message }));
  }
}

async function popCore(url, key, call) {
  const { RPCClient } = require('@alicloud/pop-core');
  const client = new RPCClient({
    endpoint: url, apiVersion: call.version,
    accessKeyId: key.id, accessKeySecret: key.secret, securityToken: key.token || undefined,
  });
  return client.request(call.action, call.parameters, { method: call.method });
}

async function openapi(url, key, call) {
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
    action: call.action, version: call.version, protocol: protocol.replace(':', '').toUpperCase(), pathname: '/', method: call.method,
    authType: 'AK', style: 'RPC', reqBodyType: 'formData', bodyType: 'json',
  });
  const request = new OpenApiRequest(call.inForm ? { body: call.parameters } : { query: call.parameters });
  const answer = await client.callApi(params, request, new RuntimeOptions({}));
  return answer.body;
}
