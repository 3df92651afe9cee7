import { err, ok, type Result } from "@meter/primitives";
import type { HttpContext } from "../env.ts";
import { problem, type ProblemResponse } from "../problems/problem.ts";

export type ReadBodyError =
  | Readonly<{ type: "body_too_large"; bytesMax: number }>
  | Readonly<{ type: "invalid_utf8" }>
  | Readonly<{ type: "bodies_overloaded" }>
  | Readonly<{ type: "request_timeout"; readMsMax: number }>;

/** The connection ended before the body did. There is nobody left to answer, and nothing is wrong with us. */
export class ClientGone extends Error {
  override readonly name = "ClientGone";
}

/**
 * The body as text, of at most `bytesMax` bytes of valid UTF-8, within the bounds of what all bodies may hold and of the
 * time a body may take. What breaks a bound is not read to its end. Rejects with ClientGone.
 */
export const readBody = async (c: HttpContext, bytesMax: number): Promise<Result<string, ReadBodyError>> => {
  const declared = c.req.header("content-length");
  if (declared !== undefined && Number(declared) > bytesMax) return err({ type: "body_too_large", bytesMax });
  const { limits } = c.var.bodyBudget;
  const request = c.req.raw;
  // With a declared length the server itself delivers no more than that; everything else is counted as it comes.
  const isSmall = declared !== undefined && Number(declared) <= limits.uncountedBytes;
  const bytes = await withinTime(
    isSmall ? request.arrayBuffer().then((buffer) => ok(new Uint8Array(buffer))) : readCounted(c, bytesMax),
    limits.readMsMax,
  );
  if (!bytes.ok) return bytes;
  try {
    return ok(utf8.decode(bytes.value));
  } catch {
    return err({ type: "invalid_utf8" });
  }
};

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

type Bytes = Result<Uint8Array, ReadBodyError>;

const readCounted = async (c: HttpContext, bytesMax: number): Promise<Bytes> => {
  const { body } = c.req.raw;
  if (body === null) return ok(new Uint8Array(0));
  const share = c.var.bodyBudget.open(c.var.principal.namespace);
  c.set("bodyShare", share); // given back when the request is answered
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (size > bytesMax) return err({ type: "body_too_large", bytesMax });
    if (!share.take(chunk.byteLength)) return err({ type: "bodies_overloaded" });
    chunks.push(chunk);
  }
  return ok(Buffer.concat(chunks));
};

/** Reading that fails is a connection that ended. */
const withinTime = async (reading: Promise<Bytes>, readMsMax: number): Promise<Bytes> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Bytes>((resolve) => {
    timer = setTimeout(() => resolve(err({ type: "request_timeout", readMsMax })), readMsMax);
  });
  try {
    return await Promise.race([reading, late]);
  } catch (cause) {
    throw new ClientGone("the connection ended before the body did", { cause });
  } finally {
    clearTimeout(timer);
    reading.catch(() => undefined); // it may still fail when nobody waits for it any more
  }
};

export const refuseBody = (c: HttpContext, error: ReadBodyError): ProblemResponse<ReadBodyError["type"]> => {
  switch (error.type) {
    case "invalid_utf8":
      return problem(c, "invalid_utf8", { detail: "the body is not valid UTF-8" });
    case "body_too_large":
      return problem(c, "body_too_large", { detail: `the body is larger than ${error.bytesMax} bytes` });
    case "bodies_overloaded":
      return problem(c, "bodies_overloaded", {
        detail: "the bodies of other requests hold as many bytes as may be held at once; none of this one was taken",
      });
    case "request_timeout":
      return problem(c, "request_timeout", {
        detail: `the body was not whole after ${error.readMsMax / 1_000} seconds; none of it was taken`,
        headers: { Connection: "close" },
      });
  }
};
