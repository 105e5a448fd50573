// Webhooks from a server: only to hosts that were named, only over TLS, never to an address inside the network that the
// server stands in, no redirect followed, and nothing of the answer used but its status.
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { OstinatoError } from '@ostinato/core';
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent';
import { Webhook } from 'standardwebhooks';
import type { WebhookMessage, Webhooks } from '../jobs/webhook/webhooks.js';
import { ProblemError } from '../problem/problem.js';

export interface WebhookOptions {
  /** Where messages may go: `example.org`, or `*.example.org` for everything below it. */
  readonly hosts: readonly string[];
  /** The key of the signatures, `whsec_` and base64 of 24..64 bytes, shared with the receivers. */
  readonly secret: string;
  /** Also over plain HTTP. Default false. */
  readonly allowHttp?: boolean;
  /** Also to addresses that only this network reaches. Default false. */
  readonly allowPrivateAddresses?: boolean;
}

const TIMEOUT_MS = 10_000;
const LONGEST_ADDRESS = 2_000;
const SECRET = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/;
const HOST = /^(\*\.)?[a-z\d]([a-z\d.-]*[a-z\d])?$/;

/** @throws {OstinatoError} `webhook-secret`, `webhook-host` */
export function createWebhooks({
  hosts,
  secret,
  allowHttp = false,
  allowPrivateAddresses = false,
}: WebhookOptions): Webhooks {
  checkOptions(hosts, secret);
  const signer = new Webhook(secret);
  const filter = {
    allowPrivateIPAddress: allowPrivateAddresses,
    allowMetaIPAddress: allowPrivateAddresses,
  };
  const https = new RequestFilteringHttpsAgent(filter);
  const http = new RequestFilteringHttpAgent(filter);
  return {
    check: (address) => checkAddress(address, hosts, allowHttp),
    send: async (address, message) => {
      const isSecure = new URL(address).protocol === 'https:';
      const request = isSecure ? httpsRequest : httpRequest;
      await post(request, isSecure ? https : http, address, signed(message, signer));
    },
  };
}

function checkOptions(hosts: readonly string[], secret: string): void {
  if (!SECRET.test(secret)) {
    const expected = '`whsec_` and base64 of 24..64 random bytes';
    throw new OstinatoError('webhook-secret', `webhook secret: expected ${expected}`);
  }
  for (const host of hosts) {
    if (HOST.test(host)) continue;
    const expected = 'a name such as example.org or *.example.org';
    throw new OstinatoError('webhook-host', `webhook hosts: expected ${expected}, found "${host}"`);
  }
}

function checkAddress(address: string, hosts: readonly string[], allowHttp: boolean): void {
  const url =
    address.length <= LONGEST_ADDRESS && URL.canParse(address) ? new URL(address) : undefined;
  const schemes = allowHttp ? ['https:', 'http:'] : ['https:'];
  if (!url || !schemes.includes(url.protocol) || url.username !== '' || url.password !== '') {
    const expected = `an ${allowHttp ? 'http or https' : 'https'} address without a user`;
    throw new ProblemError('invalid-request', `webhook: expected ${expected}`);
  }
  const isAllowed = hosts.some((host) =>
    host.startsWith('*.') ? url.hostname.endsWith(host.slice(1)) : url.hostname === host,
  );
  if (!isAllowed) {
    throw new ProblemError('invalid-request', 'webhook: this server sends nothing to that host');
  }
}

interface SignedMessage {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The time of a signature is that of the attempt. */
function signed({ id, body }: WebhookMessage, signer: Webhook): SignedMessage {
  const now = new Date();
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': signer.sign(id, now, body),
    },
  };
}

function post(
  request: typeof httpRequest,
  agent: RequestFilteringHttpAgent | RequestFilteringHttpsAgent,
  address: string,
  { body, headers }: SignedMessage,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const sending = request(address, { method: 'POST', agent, headers, signal }, (answer) => {
      answer.destroy(); // whatever it says
      const { statusCode = 0 } = answer;
      if (statusCode >= 200 && statusCode < 300) resolve();
      else reject(new Error(`the receiver answered ${statusCode}`));
    });
    sending.on('error', reject);
    sending.end(body);
  });
}
