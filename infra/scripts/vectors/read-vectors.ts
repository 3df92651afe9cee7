import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { isArray, isObject, type Json } from "./json.ts";
import type { Vector } from "./vector.ts";

/** All vectors of a file: a list, or an object with the list as its member `vectors`. Throws on anything else. */
export const readVectors = (path: string): readonly Vector[] => {
  const file = basename(path, ".json");
  const parsed = JSON.parse(readFileSync(path, "utf8")) as Json;
  const list = isObject(parsed) ? parsed["vectors"] : parsed;
  if (!isArray(list)) throw new Error("holds no list of vectors");
  return list.map((item, index) => {
    const content = isObject(item) ? item : { value: item };
    return { file, name: nameOf(content) ?? `#${index + 1}`, content };
  });
};

const nameOf = (content: Readonly<Record<string, Json>>): string | null => {
  const parts = [content["id"], content["name"]].flatMap((part) => (typeof part === "string" ? [part] : []));
  return parts.length === 0 ? null : parts.join(" ");
};
