import type { TypedResponse } from "hono";
import type { HttpContext } from "../env.ts";
import { turns } from "../turns.ts";
import type { Asked } from "./ask.ts";
import type { Leave } from "./gate.ts";

/** Characters that are made into text at once. */
const chunkChars = 65_536;

/**
 * Answers 200 with the pieces, one behind the other. A small answer is one text with its length. A large one is made as
 * it is taken: nothing holds it whole, and the event loop goes round in between. What can fail has to be over before.
 */
export const textAnswer = (
  c: HttpContext,
  pieces: Iterable<string>,
  { headers, leave }: Readonly<{ headers: Record<string, string>; leave: Leave | null }>,
): Response => {
  if (leave === null) return c.body([...pieces].join(""), 200, headers);
  if (c.req.method !== "HEAD") return c.body(toStream(pieces, leave), 200, headers);
  leave();
  return c.body(null, 200, headers);
};

/** A list of texts, as JSON. */
export const textsAnswer = (
  c: HttpContext,
  { value, leave }: Asked<readonly string[]>,
): Response & TypedResponse<string[], 200, "json"> =>
  // What the pieces come to.
  textAnswer(c, toJsonArray(value), {
    headers: { "Content-Type": "application/json" },
    leave,
  }) as unknown as Response & TypedResponse<string[], 200, "json">;

const utf8 = new TextEncoder();

const toStream = (pieces: Iterable<string>, leave: Leave): ReadableStream<Uint8Array> => {
  const iterator = pieces[Symbol.iterator]();
  return new ReadableStream({
    pull: async (controller) => {
      let text = "";
      while (text.length < chunkChars) {
        if (turns.due()) await turns.next();
        const { done, value } = iterator.next();
        if (done === true) {
          if (text !== "") controller.enqueue(utf8.encode(text));
          controller.close();
          return leave();
        }
        text += value;
      }
      controller.enqueue(utf8.encode(text));
    },
    cancel: leave,
  });
};

/** The pieces of a JSON array. */
export function* toJsonArray<T>(items: Iterable<T>, toText: (item: T) => string = JSON.stringify): Generator<string> {
  let before = "[";
  for (const item of items) {
    yield before + toText(item);
    before = ",";
  }
  yield before === "[" ? "[]" : "]";
}
