import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWebhooks } from './webhooks.js';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const message = { id: 'musicnet.1', body: '{"type":"job.succeeded"}' };

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let receiver: Server;
let address: string;
let received: Received[];
let status: number;

beforeEach(async () => {
  received = [];
  status = 204;
  receiver = createServer((request, response) => void receive(request, response));
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
});
afterEach(() => {
  receiver.closeAllConnections();
  receiver.close();
});

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = Buffer.concat(await request.toArray()).toString();
  received.push({ headers: request.headers, body });
  response.writeHead(status, { location: '/elsewhere' });
  response.end('x'.repeat(1_000));
}

const inside = { allowHttp: true, allowPrivateAddresses: true };

describe('createWebhooks', () => {
  it('signs what it sends, as any library of Standard Webhooks can check', async () => {
    const webhooks = createWebhooks({ hosts: ['127.0.0.1'], secret, ...inside });
    await webhooks.send(address, message);
    const [{ headers, body }] = received;
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual({
      type: 'job.succeeded',
    });
    expect(headers['webhook-id']).toBe(message.id);
    expect(() => new Webhook(secret).verify(`${body} `, headers as Record<string, string>)).toThrow(
      'signature',
    );
  });

  it.each([301, 400, 500])(
    'counts an answer of %d as not taken, and follows nothing',
    async (each) => {
      status = each;
      const webhooks = createWebhooks({ hosts: ['127.0.0.1'], secret, ...inside });
      await expect(webhooks.send(address, message)).rejects.toThrow(String(each));
      expect(received).toHaveLength(1);
    },
  );

  it.each([
    ['http://127.0.0.1:PORT/', '127.0.0.1'],
    ['http://localhost:PORT/', 'localhost'],
    ['http://169.254.169.254/latest/meta-data', '169.254.169.254'],
    ['http://10.0.0.1/', '10.0.0.1'],
  ])('reaches nothing inside its own network: %s', async (target, host) => {
    const webhooks = createWebhooks({
      hosts: [host],
      secret,
      allowHttp: true,
    });
    const { port } = receiver.address() as AddressInfo;
    await expect(webhooks.send(target.replace('PORT', String(port)), message)).rejects.toThrow(
      /private|not allowed/i,
    );
    expect(received).toEqual([]);
  });

  it.each([
    'http://example.org/',
    'https://example.com/',
    'https://evil-example.org/',
    'https://example.org.evil.com/',
    'https://user:password@example.org/',
    'ftp://example.org/',
    'file:///etc/passwd',
    `https://example.org/${'x'.repeat(2_000)}`,
    'no address',
  ])('takes no %s', (each) => {
    const webhooks = createWebhooks({ hosts: ['example.org', '*.example.org'], secret });
    expect(() => webhooks.check(each)).toThrow(
      expect.objectContaining({ code: 'invalid-request' }) as Error,
    );
  });

  it.each(['https://example.org/done', 'https://a.b.example.org:8443/x?y=z'])(
    'takes %s',
    (each) => {
      createWebhooks({ hosts: ['example.org', '*.example.org'], secret }).check(each);
    },
  );

  it('refuses a secret or a host that cannot be one, and does not tell the secret', () => {
    const weak = 'whsec_c2hvcnQ=';
    expect(() => createWebhooks({ hosts: [], secret: weak })).toThrow(
      expect.objectContaining({
        code: 'webhook-secret',
        message: expect.not.stringContaining('c2hvcnQ') as string,
      }) as Error,
    );
    expect(() => createWebhooks({ hosts: ['*'], secret })).toThrow(
      expect.objectContaining({ code: 'webhook-host' }) as Error,
    );
  });
});
