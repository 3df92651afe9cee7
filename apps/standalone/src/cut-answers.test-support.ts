import { createServer, connect as dial, type Socket } from "node:net";
import type { Connect } from "@meter/clickhouse";

/** A way to the engine on which an answer can get lost. */
export type CutAnswers = Readonly<{
  connect: Connect;
  /** The connection of the next insert is cut when the engine answers: the statement has had its effect, nobody heard. */
  cutNextInsert: () => void;
}>;

const insert = /INSERT(?:\+|%20)INTO(?:\+|%20)meter\./;

/** Passes every byte on, both ways, over a port of its own. */
export const startCutAnswers = async (engine: Connect): Promise<CutAnswers> => {
  let port = 0;
  let cutNext = false;
  const server = createServer((client) => {
    const upstream: Socket = dial(port, "127.0.0.1");
    let cut = false;
    client.on("data", (bytes) => {
      if (cutNext && insert.test(bytes.toString("latin1"))) {
        cutNext = false;
        cut = true;
      }
      upstream.write(bytes);
    });
    upstream.on("data", (bytes) => {
      if (cut) client.destroy();
      else client.write(bytes);
    });
    client.on("close", () => upstream.destroy()).on("error", () => upstream.destroy());
    upstream.on("close", () => client.destroy()).on("error", () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  const address = server.address();
  const own = typeof address === "object" && address !== null ? address.port : 0;
  return {
    connect: async () => {
      const endpoint = await engine();
      port = Number(new URL(endpoint.url).port);
      return { ...endpoint, url: `http://127.0.0.1:${own}` };
    },
    cutNextInsert: () => {
      cutNext = true;
    },
  };
};
