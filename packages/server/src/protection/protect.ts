// What every request passes before it reaches a route.
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { AppEnv } from '../app-env.js';
import type { Site } from '../app-options.js';
import { ProblemError } from '../problem/problem.js';
import type { AccessOptions } from './access-options.js';
import { createKeyring } from './api-keys.js';
import { allowOrigins } from './allow-origins.js';
import { isPublic, nameKey, requireKey } from './authentication.js';
import type { Drain } from './drain.js';
import { limitRate } from './rate-limit.js';

/** Characters of an address with its query; far more than any route of ours takes. */
const MOST_URL = 4096;

/** What an answer of the API may do in a browser: nothing. A site brings its own. */
const API_POLICY = { defaultSrc: ["'none'"], frameAncestors: ["'none'"] };

interface Protection {
  readonly access: AccessOptions;
  readonly drain: Drain | undefined;
  readonly site: Site | undefined;
}

/** @throws {TypeError} @throws {RangeError} for options that cannot be used */
export function protect(app: OpenAPIHono<AppEnv>, { access, drain, site }: Protection): void {
  const { keys = [], corsOrigins = [], rateLimit, proxies = 0 } = access;
  app.use(
    secureHeaders({
      contentSecurityPolicy: API_POLICY,
      xFrameOptions: 'DENY',
      strictTransportSecurity: false, // for whoever ends TLS to promise
      overwrite: false,
    }),
  );
  if (corsOrigins.length > 0) app.use(allowOrigins(corsOrigins));
  app.use(checkUrl);
  if (site) app.use(serveSite(site));
  if (keys.length > 0) app.use(nameKey(createKeyring(keys)));
  if (rateLimit) app.use(unlessPublic(limitRate(rateLimit, proxies)));
  if (keys.length > 0) app.use(requireKey);
  if (drain) app.use(refuseWhenDraining(drain));
}

const checkUrl: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (c.req.url.length > MOST_URL) {
    const found = `expected an address of at most ${MOST_URL} characters`;
    throw new ProblemError('uri-too-long', found);
  }
  // @hono/node-server lets pass what is no host to the letter, such as 127.x.0.1.
  if (!URL.canParse(c.req.url)) {
    throw new ProblemError('invalid-request', 'the host or the address cannot be read');
  }
  await next();
};

function serveSite(site: Site): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const asksForFile = c.req.method === 'GET' || c.req.method === 'HEAD';
    return (asksForFile ? await site(c.req.raw) : undefined) ?? (await next());
  };
}

/** What is watched is answered to the end: health, metrics, and what became of work that was accepted. */
function refuseWhenDraining({ started }: Drain): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const isWork = c.req.method !== 'GET' && c.req.method !== 'HEAD';
    if (started.aborted && isWork) {
      throw new ProblemError('not-ready', 'this server is ending; ask another one, or try again', {
        headers: { connection: 'close', 'retry-after': '5' },
      });
    }
    await next();
  };
}

function unlessPublic(middleware: MiddlewareHandler<AppEnv>): MiddlewareHandler<AppEnv> {
  return (c, next) => (isPublic(c.req.path) ? next() : middleware(c, next));
}
