import { err, ok, type Result } from "@meter/primitives";

export type ReadBodyError = Readonly<{ type: "body_too_large" }> | Readonly<{ type: "invalid_utf8" }>;

/** The body as text, of at most `bytesMax` bytes of valid UTF-8. A larger one is not read to its end. */
export const readBody = async (request: Request, bytesMax: number): Promise<Result<string, ReadBodyError>> => {
  const declared = request.headers.get("content-length");
  if (declared !== null && Number(declared) > bytesMax) return err({ type: "body_too_large" });
  // With a declared length the server itself delivers no more than that; a chunked body is counted as it comes.
  const bytes =
    declared === null ? await readCounted(request.body, bytesMax) : new Uint8Array(await request.arrayBuffer());
  if (bytes === null || bytes.byteLength > bytesMax) return err({ type: "body_too_large" });
  try {
    return ok(utf8.decode(bytes));
  } catch {
    return err({ type: "invalid_utf8" });
  }
};

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Null when there are more bytes than `bytesMax`. */
const readCounted = async (body: ReadableStream<Uint8Array> | null, bytesMax: number): Promise<Uint8Array | null> => {
  if (body === null) return new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > bytesMax) return null; // leaving the loop cancels the stream
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};
