import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const main = fileURLToPath(new URL("main.ts", import.meta.url));

test.each([
  { file: "/no/such/file.csv", sentence: /^llm-trace: ENOENT: no such file or directory, .*\n$/ },
  { file: main, sentence: /^llm-trace: \S+main\.ts:1: expected the header .*\n$/ },
])("a failure ends with a sentence: $file", ({ file, sentence }) => {
  const { status, stderr } = spawnSync(process.execPath, ["--no-warnings", main, file], { encoding: "utf8" });
  expect([status, stderr]).toEqual([1, expect.stringMatching(sentence)]);
});
