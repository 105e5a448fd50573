// A hash map from pairs of integers to counters in two typed arrays: twelve bytes a slot, where a Map takes about sixty.

/** Second members of pairs are below this. */
export const PAIR_LIMIT = 65_536;
const EMPTY = -1;
/** Open addressing slows down when fuller than this. */
const FULLEST = 0.7;

/** Counters by (first, second): first an integer in 0..2^37-1, second in 0..65535. Nothing is ever removed. */
export class PackedMap {
  #keys: Float64Array;
  #values: Uint32Array;
  #size = 0;

  constructor(capacity = 1024) {
    const slots = 2 ** Math.ceil(Math.log2(capacity));
    this.#keys = new Float64Array(slots).fill(EMPTY);
    this.#values = new Uint32Array(slots);
  }

  get size(): number {
    return this.#size;
  }

  /** The value of a pair, or undefined. */
  get(first: number, second: number): number | undefined {
    const key = first * PAIR_LIMIT + second;
    const slot = this.#slotOf(key);
    return this.#keys[slot] === key ? this.#values[slot] : undefined;
  }

  /** Adds one to the value of a pair, which is 0 at first.
   *  @returns the new value */
  increment(first: number, second: number): number {
    const slot = this.#ownSlot(first * PAIR_LIMIT + second);
    return ++this.#values[slot];
  }

  /** The value of a pair; a pair that is new gets `value`. */
  getOrSet(first: number, second: number, value: number): number {
    const size = this.#size;
    const slot = this.#ownSlot(first * PAIR_LIMIT + second);
    if (this.#size > size) this.#values[slot] = value;
    return this.#values[slot];
  }

  /** Every pair and its value, in no particular order. */
  forEach(visit: (first: number, second: number, value: number) => void): void {
    for (let slot = 0; slot < this.#keys.length; slot++) {
      const key = this.#keys[slot];
      if (key !== EMPTY) visit(Math.floor(key / PAIR_LIMIT), key % PAIR_LIMIT, this.#values[slot]);
    }
  }

  /** The slot of a key, taken for it if it had none. */
  #ownSlot(key: number): number {
    let slot = this.#slotOf(key);
    if (this.#keys[slot] === key) return slot;
    if (this.#size + 1 > this.#keys.length * FULLEST) {
      this.#grow();
      slot = this.#slotOf(key);
    }
    this.#keys[slot] = key;
    this.#size++;
    return slot;
  }

  /** Where a key is, or would be. */
  #slotOf(key: number): number {
    const last = this.#keys.length - 1;
    let slot = hash(key) & last;
    while (this.#keys[slot] !== key && this.#keys[slot] !== EMPTY) slot = (slot + 1) & last;
    return slot;
  }

  #grow(): void {
    const keys = this.#keys;
    const values = this.#values;
    this.#keys = new Float64Array(keys.length * 2).fill(EMPTY);
    this.#values = new Uint32Array(keys.length * 2);
    for (let old = 0; old < keys.length; old++) {
      if (keys[old] === EMPTY) continue;
      const slot = this.#slotOf(keys[old]);
      this.#keys[slot] = keys[old];
      this.#values[slot] = values[old];
    }
  }
}

/** The finisher of MurmurHash3 over both halves of the key. */
function hash(key: number): number {
  let bits = (key | 0) ^ Math.imul(Math.floor(key / 2 ** 32) + 1, 0x9e3779b1);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
