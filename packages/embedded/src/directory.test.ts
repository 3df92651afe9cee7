import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cannotWrite, locateDirectory, prepareDirectory } from "./directory.ts";

let base: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "meter-directory-"));
});
afterEach(() => rm(base, { recursive: true, force: true }));

test("a directory is made with its parents, for its owner alone, and left empty", async () => {
  const dir = join(base, "a", "b");
  expect(await prepareDirectory(dir)).toBe(dir);
  expect((await stat(dir)).mode & 0o777).toBe(0o700);
  expect(await readdir(dir)).toEqual([]);
});

test("one that was open to others is closed", async () => {
  const dir = join(base, "open");
  await mkdir(dir);
  await chmod(dir, 0o755);
  await prepareDirectory(dir);
  expect((await stat(dir)).mode & 0o777).toBe(0o700);
});

test("links are followed, so that one directory has one name", async () => {
  await mkdir(join(base, "real"));
  await symlink(join(base, "real"), join(base, "link"));
  expect(await prepareDirectory(join(base, "link"))).toBe(join(base, "real"));
  expect(await locateDirectory(join(base, "link", "absent"))).toBe(join(base, "real", "absent"));
});

test("a place is named without being made", async () => {
  await locateDirectory(join(base, "absent"));
  expect(await readdir(base)).toEqual([]);
});

describe("what cannot be written to is named in one line, with the reason", () => {
  test("below a file", async () => {
    await writeFile(join(base, "file"), "");
    await expect(prepareDirectory(join(base, "file", "x"))).rejects.toThrow(
      `cannot write to ${join(base, "file", "x")}: a part of the path is not a directory`,
    );
  });

  test.each([
    { code: "ENOSPC", reason: "the disk is full" },
    { code: "EROFS", reason: "the file system is read-only" },
    { code: "EACCES", reason: "permission denied" },
    { code: "EIO", reason: "first · second" },
  ])("$code: $reason", ({ code, reason }) => {
    expect(cannotWrite("/data", Object.assign(new Error("first\n second"), { code })).message).toBe(
      `cannot write to /data: ${reason}`,
    );
  });
});
