/**
 * SHA-256 (FIPS 180-4) where no crypto of a platform can be asked without waiting: the same digest in Node, browsers and
 * edge workers. Not for secrets: it does not run in constant time.
 */
export const sha256 = (bytes: Uint8Array): Uint8Array => {
  const state = Int32Array.from(initialState);
  const whole = bytes.length - (bytes.length % blockBytes);
  for (let at = 0; at < whole; at += blockBytes) compress(state, bytes, at);
  const tail = padded(bytes, whole);
  for (let at = 0; at < tail.length; at += blockBytes) compress(state, tail, at);
  const digest = new Uint8Array(32);
  const view = new DataView(digest.buffer);
  for (const [index, word] of state.entries()) view.setInt32(index * 4, word);
  return digest;
};

const blockBytes = 64;
const rounds = 64;

/** What is left from `from` on, a bit, zeros, and the length in bits as 64-bit integer: one or two blocks. */
const padded = (bytes: Uint8Array, from: number): Uint8Array => {
  const rest = bytes.length - from;
  const tail = new Uint8Array(rest + 9 > blockBytes ? 2 * blockBytes : blockBytes);
  tail.set(bytes.subarray(from));
  tail[rest] = 0x80;
  const view = new DataView(tail.buffer);
  view.setUint32(tail.length - 8, Math.floor(bytes.length / 0x2000_0000));
  view.setUint32(tail.length - 4, bytes.length << 3);
  return tail;
};

/** `?? 0`: indices lie within the arrays, which the compiler does not know. */
const compress = (state: Int32Array, bytes: Uint8Array, start: number): void => {
  for (let round = 0; round < 16; round++) {
    const at = start + round * 4;
    schedule[round] =
      ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
  }
  for (let round = 16; round < rounds; round++) {
    const early = schedule[round - 15] ?? 0;
    const late = schedule[round - 2] ?? 0;
    const small0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
    const small1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
    schedule[round] = ((schedule[round - 16] ?? 0) + small0 + (schedule[round - 7] ?? 0) + small1) | 0;
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let round = 0; round < rounds; round++) {
    const big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const choice = (e & f) ^ (~e & g);
    const first = (h + big1 + choice + (roundConstants[round] ?? 0) + (schedule[round] ?? 0)) | 0;
    const big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + big0 + majority) | 0;
  }
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries()) state[index] = ((state[index] ?? 0) + word) | 0;
};

const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

const isPrime = (n: number): boolean => {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false;
  return true;
};

const firstPrimes = (count: number): readonly number[] => {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (isPrime(n)) primes.push(n);
  return primes;
};

/** The first 32 bits of the fraction of n to the power of 1/degree, by integers alone: no library's root is trusted. */
const fractionOfRoot = (n: number, degree: 2 | 3): number => {
  const wanted = BigInt(n) << BigInt(32 * degree);
  let low = 0n;
  let high = BigInt(n + 1) << 32n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** BigInt(degree) <= wanted) low = middle;
    else high = middle;
  }
  return Number(BigInt.asIntN(32, low));
};

const initialState: Int32Array = /* @__PURE__ */ Int32Array.from(/* @__PURE__ */ firstPrimes(8), (prime) =>
  fractionOfRoot(prime, 2),
);
const roundConstants: Int32Array = /* @__PURE__ */ Int32Array.from(/* @__PURE__ */ firstPrimes(rounds), (prime) =>
  fractionOfRoot(prime, 3),
);

/** Written anew for each block: one digest at a time. */
const schedule = /* @__PURE__ */ new Int32Array(rounds);
