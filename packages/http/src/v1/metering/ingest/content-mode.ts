import type { EventsShape } from "@meter/events";
import { parseMediaType } from "../../../wire/media-type.ts";

/**
 * How a request holds its events (CloudEvents HTTP Protocol Binding 1.0.2, 3). `attributes` are the headers `ce-NAME`, by
 * NAME in lower case; `detail` says what to send instead.
 */
export type ContentMode =
  | Readonly<{ type: "structured"; shape: EventsShape }>
  | Readonly<{ type: "binary"; attributes: ReadonlyMap<string, string> }>
  | Readonly<{ type: "unsupported"; detail: string }>;

/** A CloudEvents media type is structured, whatever headers there are; else a header of a required attribute is binary. */
export const contentModeOf = (headers: Headers): ContentMode => {
  const contentType = headers.get("content-type");
  // Almost every request: no parameters, nothing to parse.
  const { essence, charset } =
    contentType === null || Object.hasOwn(shapes, contentType)
      ? { essence: contentType, charset: null }
      : parseMediaType(contentType);
  const isUtf8 = charset === null || charset === "utf-8";
  if (required.some((name) => headers.has(name)) && essence?.startsWith("application/cloudevents") !== true)
    return isUtf8 && (essence === null || essence === "application/json")
      ? { type: "binary", attributes: attributesIn(headers) }
      : unsupported("with attributes in ce- headers the body is the data alone: send it as application/json, in UTF-8");
  const shape = essence !== null && Object.hasOwn(shapes, essence) ? shapes[essence] : undefined;
  return shape !== undefined && isUtf8
    ? { type: "structured", shape }
    : unsupported(
        `send events as ${Object.keys(shapes).join(", ")}, in UTF-8, or one with its attributes in ce- headers and its data as application/json`,
      );
};

const shapes: Readonly<Record<string, EventsShape>> = {
  "application/cloudevents+json": "single",
  "application/cloudevents-batch+json": "batch",
  "application/json": "either",
};

const required = ["ce-specversion", "ce-id", "ce-source", "ce-type"] as const;

const attributesIn = (headers: Headers): ReadonlyMap<string, string> =>
  new Map([...headers].flatMap(([name, value]) => (name.startsWith("ce-") ? [[name.slice(3), value] as const] : [])));

const unsupported = (detail: string): ContentMode => ({ type: "unsupported", detail });
