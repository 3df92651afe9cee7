import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { explain, inspectDataDirectory, recordInstallation, takeDataDirectory } from "./data-directory.ts";

const claimDataDirectory = async (path: string): ReturnType<typeof inspectDataDirectory> => {
  const directory = await inspectDataDirectory(path);
  await takeDataDirectory(directory);
  return directory;
};

describe("the data directory", () => {
  let base: string;
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), "meter-dir-"));
  });
  afterEach(() => rm(base, { recursive: true, force: true }));

  test("a missing one is created for its owner alone, and is ours from then on", async () => {
    const path = join(base, "deep", "data");
    expect((await claimDataDirectory(path)).first).toBe(true);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    expect((await claimDataDirectory(path)).first).toBe(false);
    expect(await readdir(path)).toEqual(["meter.json"]);
  });

  test("an empty one is taken", async () => {
    const path = join(base, "empty");
    await mkdir(path, { mode: 0o755 });
    expect((await claimDataDirectory(path)).first).toBe(true);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
  });

  test.each([
    { name: "notes.txt", text: "mine", why: "files of somebody else" },
    { name: "meter.json", text: "{", why: "a damaged marker" },
    { name: "meter.json", text: '{"product":"meter","layout":99}', why: "a layout of the future" },
    { name: "meter.json", text: '{"product":"thermometer","layout":1}', why: "somebody else's marker" },
  ])("$why: refused in one line that names it, and left as it was", async ({ name, text }) => {
    const path = join(base, "theirs");
    await mkdir(path);
    await writeFile(join(path, name), text);
    const mode = (await stat(path)).mode;
    await expect(claimDataDirectory(path)).rejects.toThrow(/^METER_DATA_DIR: \S*theirs [^\n]+$/);
    expect(await readdir(path)).toEqual([name]);
    expect(await readFile(join(path, name), "utf8")).toBe(text);
    expect((await stat(path)).mode).toBe(mode);
  });

  test("looking makes nothing", async () => {
    expect(await inspectDataDirectory(join(base, "deep", "data"))).toMatchObject({ first: true, installation: null });
    expect(await readdir(base)).toEqual([]);
  });

  test("what its parts have in common is kept", async () => {
    const path = join(base, "data");
    const installation = { log: "01ARZ3NDEKTSV4RRFFQ69G5FAV", clock: "manual" };
    const { id } = JSON.parse(
      await claimDataDirectory(path).then(() => readFile(join(path, "meter.json"), "utf8")),
    ) as { id: string };
    await recordInstallation(await inspectDataDirectory(path), installation);
    expect(await inspectDataDirectory(path)).toMatchObject({ first: false, installation });
    expect(JSON.parse(await readFile(join(path, "meter.json"), "utf8"))).toMatchObject({ id });
  });

  test.each(["/proc/foo", "/proc/foo/bar", "/dev/null/data"])("%s is refused at once, in one line", async (path) => {
    await expect(claimDataDirectory(path)).rejects.toThrow(
      /^METER_DATA_DIR: \/\S+ (cannot be made: |is not a directory)/,
    );
  });

  test.skipIf(process.getuid?.() === 0)(
    "one that cannot be written is left as it was, and nothing is made in it",
    async () => {
      await chmod(base, 0o500);
      await expect(claimDataDirectory(join(base, "deep", "data"))).rejects.toThrow("cannot be written by this user");
      expect(await readdir(base)).toEqual([]);
    },
  );

  test("a file in its place is named", async () => {
    await writeFile(join(base, "file"), "");
    await expect(claimDataDirectory(join(base, "file"))).rejects.toThrow("is not a directory");
  });

  test.each([
    ["ENOSPC", "full"],
    ["EROFS", "read-only"],
    ["EACCES", "cannot be written"],
  ])("%s is said as %s", (code, words) => {
    expect(explain(Object.assign(new Error("x"), { code }))).toContain(words);
  });
});
