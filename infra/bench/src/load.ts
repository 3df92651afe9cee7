import { Agent, request } from "node:http";

/** Everything a figure needs of a client: the least work per request, so that the client is not what is measured. */
export type Poster = (path: string, body: Buffer, contentType: string) => Promise<number>;

export const createPoster = (
  url: string,
  key: string,
  connections: number,
): Readonly<{ post: Poster; close: () => void }> => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const { hostname, port } = new URL(url);
  return {
    post: (path, body, contentType) =>
      new Promise((resolve, reject) => {
        const call = request(
          {
            agent,
            hostname,
            port,
            path,
            method: "POST",
            headers: { authorization: `Bearer ${key}`, "content-type": contentType, "content-length": body.length },
          },
          (answer) => {
            answer.resume();
            answer.on("end", () => resolve(answer.statusCode ?? 0));
          },
        );
        call.on("error", reject);
        call.end(body);
      }),
    close: () => agent.destroy(),
  };
};

/** Runs `work` for 0 … count − 1, `width` at a time. */
export const inParallel = async (
  count: number,
  width: number,
  work: (index: number) => Promise<void>,
): Promise<void> => {
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < count) await work(next++);
    }),
  );
};

/** The value below which `share` of the values lie. */
export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
