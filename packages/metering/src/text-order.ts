/** Order of two well-formed texts by their UTF-8 bytes: the order in which every usage store compares text. */
export const compareText = (a: string, b: string): -1 | 0 | 1 => {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return rank(left) < rank(right) ? -1 : 1;
  }
  if (a.length === b.length) return 0;
  return a.length < b.length ? -1 : 1;
};

/** UTF-16 places surrogates (code points from U+10000) below U+E000–U+FFFF; UTF-8 places them above. */
const rank = (unit: number): number => {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
};
