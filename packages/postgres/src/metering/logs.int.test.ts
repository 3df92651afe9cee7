import { expect, test } from "vitest";
import { at, nextPartition } from "../fixtures.test-support.ts";
import { usePostgres } from "../use-postgres.test-support.ts";

const postgres = usePostgres();

test("event logs are listed in the order in which they were made; registering again changes nothing", async () => {
  const { logs } = postgres().store;
  expect(await logs.list()).toEqual([]);
  const first = nextPartition().log;
  const second = nextPartition().log;
  await logs.register(second, at(0));
  await Promise.all([logs.register(first, at(1)), logs.register(first, at(2))]);
  expect(await logs.list()).toEqual([first, second]);
});
