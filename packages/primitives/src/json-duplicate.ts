import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  decodeString,
  endOfString,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from "./json-scan.ts";

/**
 * Where a member stands whose name its object has before, as `rateCards[2].price.amount`; null when each name stands once.
 * The first 200 characters of it, for names come from outside. For text that JSON.parse has taken. One pass, never recursive.
 */
export const findDuplicateMember = (text: string): string | null => {
  const open: Container[] = [];
  let isName = false; // whether the next string names a member
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      const object = open.at(-1);
      if (isName && object !== undefined && "names" in object) {
        object.name = decodeString(text, at, end);
        if (object.names.has(object.name)) return formatPath(open);
        object.names.add(object.name);
      }
      isName = false;
      at = end - 1;
    } else if (code === OPEN_BRACE) {
      open.push({ names: new Set(), name: "" });
      isName = true;
    } else if (code === OPEN_BRACKET) {
      open.push({ index: 0 });
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      open.pop();
      isName = false;
    } else if (code === COMMA) {
      const container = open.at(-1);
      isName = container !== undefined && "names" in container;
      if (container !== undefined && "index" in container) container.index++;
    }
  }
  return null;
};

/** An object with the names seen so far and the last of them, or an array with the index of its present element. */
type Container = { readonly names: Set<string>; name: string } | { index: number };

const pathLengthMax = 200;

const formatPath = (open: readonly Container[]): string =>
  open.map(formatStep).join("").replace(/^\./, "").slice(0, pathLengthMax).toWellFormed();

const formatStep = (container: Container): string =>
  "names" in container ? `.${container.name}` : `[${container.index}]`;
