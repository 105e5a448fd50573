// NextTokenModel: the contract between the sampling loop and whatever runs the network
// (onnxruntime-node in a child process, onnxruntime-web in a worker, a fake in tests).
//
// Letters: B sequences in a batch, T and N tokens of a sequence, V vocabulary size, S numbers of state a sequence.

/** Version of this contract; raised when a method changes its meaning. */
export const NEXT_TOKEN_MODEL_VERSION = 1;

/** What the network remembers of a batch of sequences. Plain data that the caller holds: it can be kept,
 *  copied, sent to another process and handed in again; a model never changes one it was given. */
export interface ModelState {
  /** B, the number of sequences. */
  readonly batch: number;
  /** Shape [B, S], row-major: everything the network carries from token to token. */
  readonly values: Float32Array;
}

export interface ConsumeResult {
  /** Unnormalised scores of the token that follows, before any mask or bias; shape [B, V], owned by the caller. */
  readonly logits: Float32Array;
  /** The state after every given token. */
  readonly state: ModelState;
}

/** How one token is drawn from logits; the same in every runtime. */
export interface SamplingParameters {
  /** Logits are divided by it; 0.01..100. 1 leaves the model's distribution; below is safer, above wilder. */
  readonly temperature: number;
  /** Keep the k most likely tokens; 1..V, V keeps all. */
  readonly topK: number;
  /** Keep the smallest set of likeliest tokens whose probability reaches p; in (0, 1], 1 keeps all. */
  readonly topP: number;
  /** Keep tokens at least this fraction as likely as the likeliest; in [0, 1), 0 keeps all. */
  readonly minP: number;
}

export interface CallOptions {
  /** Aborting rejects the call with the signal's reason, at once, and gives up what it had still to compute where the
   *  runtime can. Default: never. */
  readonly signal?: AbortSignal | undefined;
}

export interface DecodeRequest extends SamplingParameters, CallOptions {
  /** The state before `previousTokens` are consumed. */
  readonly state: ModelState;
  /** The last token of each sequence, which the network has not consumed yet; shape [B]. */
  readonly previousTokens: Int32Array;
  /** One number in [0, 1) for each token; shape [B, N], row-major. N >= 1 tokens are chosen for each sequence. */
  readonly uniforms: Float32Array;
  /** Tokens that the caller decides, shape [B, N]; -1 where the model draws. They pass through the same arithmetic
   *  as drawn ones, so a continued piece goes on exactly as one that was composed. Default: all drawn. */
  readonly forcedTokens?: Int32Array;
  /** How many of the N tokens each sequence takes, shape [B], 0..N; after them it is frozen. Default: N each. */
  readonly counts?: Int32Array;
  /** Added to the logits of every draw; shape [V]. `-Infinity` forbids a token. Default: none. */
  readonly bias?: Float32Array;
  /** In how many milliseconds the tokens are needed, from 0 on. A model that serves many callers at a time takes those first
   *  that are needed first; it changes when they come and never which. Default 0: at once. */
  readonly neededInMilliseconds?: number;
}

export interface DecodeResult {
  /** The tokens chosen, shape [B, N], row-major; -1 after a frozen sequence's count. */
  readonly tokens: Int32Array;
  /** The state before the last chosen token of each sequence is consumed: with that token as `previousTokens`,
   *  the next call goes on. */
  readonly state: ModelState;
}

/** A network that predicts the next token. The rows of a batch are independent: each gives the same numbers, bit for
 *  bit, alone or among others. Calls may overlap: each gives what it would give alone, and one that asks for less may be
 *  answered first. */
export interface NextTokenModel extends AsyncDisposable {
  readonly contractVersion: number;
  /** V */
  readonly vocabularySize: number;

  /** State of B >= 1 sequences that have consumed nothing. */
  createState(batch: number): ModelState;

  /** Feeds T >= 1 tokens to each sequence.
   *  @param tokens ids, shape [B, T], row-major
   *  @throws {VocabularyError} if an id is outside 0..V-1
   *  @throws the reason of `signal` */
  consume(tokens: Int32Array, state: ModelState, options?: CallOptions): Promise<ConsumeResult>;

  /** Chooses N tokens for each sequence. For each: consume the token before; mask what the grammar does not allow
   *  after it; add the bias; divide by the temperature; sort; cut by top-k, top-p and min-p; invert the cumulative
   *  distribution at the uniform.
   *  @throws {RangeError} if a parameter is outside its range
   *  @throws {VocabularyError} if an id is outside 0..V-1
   *  @throws the reason of `signal` */
  decode(request: DecodeRequest): Promise<DecodeResult>;

  /** Natural logarithm of the probability of every token given the ones before it, under the grammar's mask.
   *  @param tokens ids, shape [B, T], row-major, T >= 2
   *  @returns shape [B, T - 1]: the first token is given, not predicted; `-Infinity` where the grammar forbids it
   *  @throws {VocabularyError} if an id is outside 0..V-1
   *  @throws the reason of `signal` */
  score(tokens: Int32Array, batch: number, options?: CallOptions): Promise<Float32Array>;

  /** Frees native memory. Calls still waiting are rejected; calling it again does nothing. */
  dispose(): Promise<void>;
}
