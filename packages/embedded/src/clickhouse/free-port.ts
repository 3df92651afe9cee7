import { once } from "node:events";
import { createServer } from "node:net";

/** A port of 127.0.0.1 that is free now. Another program may take it before it is used. */
export const findFreePort = async (): Promise<number> => {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port on 127.0.0.1");
  return address.port;
};
