import { hash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LogId } from "@meter/core";
import { createEventKey } from "@meter/events";
import { openLocalLog } from "@meter/log-local";
import { createUlid, instant } from "@meter/primitives";
import { describeEventLog, type EventLogUnderTest } from "./event-log.ts";

const eventKey = createEventKey((bytes) => hash("sha256", bytes, "buffer"));
const newLogId = (): LogId => createUlid(instant(1_700_000_000_000), new Uint8Array(10)) as LogId;

const openIn = async (directory: string): Promise<EventLogUnderTest> => {
  const opened = await openLocalLog({ directory, eventKey, newLogId });
  if (!opened.ok) throw new Error(JSON.stringify(opened.error));
  const { writer, head, partition, close } = opened.value;
  return {
    writer,
    head,
    partition,
    reopen: async () => {
      await close();
      return openIn(directory);
    },
    dispose: async () => {
      await close();
      await rm(directory, { recursive: true, force: true });
    },
  };
};

describeEventLog("local", async () => openIn(await mkdtemp(join(tmpdir(), "meter-log-"))));
