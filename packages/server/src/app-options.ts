// What an app is made of. Everything that computes, keeps or logs comes in from outside: the app itself runs wherever
// `Request` and `Response` do.
import type {
  Manifest,
  ModelPrecision,
  ModelStatus,
  NextTokenModel,
  Tokenizer,
} from '@ostinato/core';
import type { JobQueue } from './jobs/job-queue.js';
import type { Limits } from './limits.js';
import type { Renderer } from './rendering/renderer.js';
import type { AccessOptions } from './protection/access-options.js';
import type { Drain } from './protection/drain.js';

/** A model as a runtime loads it: what `loadEngine` and `loadModel` of `@ostinato/node` give, for example. */
export interface ServedModel {
  /** Calls may overlap. Without `status` a model counts as ready, with one slot. The app does not dispose of it. */
  readonly model: NextTokenModel & { status?(): ModelStatus };
  readonly tokenizer: Tokenizer;
  readonly manifest: Manifest;
  /** The form that runs. Default: the first reproducible one of the manifest. */
  readonly precision?: ModelPrecision;
}

/** Files for browsers, such as the studio, which everybody may have.
 *  @returns undefined where there is no such file */
export type Site = (request: Request) => Promise<Response | undefined>;

/** Where structured records go: pino's shape, the facts first. */
export interface Logger {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface AppOptions {
  /** By the names that clients use: letters, digits, `.`, `_` and `-`. At least one. */
  readonly models: Readonly<Record<string, ServedModel>>;
  /** Default: `DEFAULT_LIMITS`. */
  readonly limits?: Partial<Limits>;
  /** Who reads, writes and renders. Default: whoever calls the app, where it is called. */
  readonly renderer?: Renderer;
  /** Where jobs wait and their results lie. Whoever makes it closes it. Default: in this process's memory;
   *  false: none are taken, where nothing goes on after an answer (Cloudflare Workers). */
  readonly jobs?: JobQueue | false;
  /** Default: open to all programs that reach it, to no page of another origin, without a rate limit. */
  readonly access?: AccessOptions;
  /** Asked first, for GET and HEAD. Default: none. */
  readonly site?: Site;
  /** Ends the app's work; see `createDrain`. Default: it never ends. */
  readonly drain?: Drain;
  /** What `/metrics` gives besides the app's own figures, in the same format: of the process, for example. */
  readonly processMetrics?: () => string | Promise<string>;
  /** Default: none. */
  readonly logger?: Logger;
}
