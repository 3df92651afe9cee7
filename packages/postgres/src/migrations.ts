import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";

/** One forward-only step: `0001-name.sql`. The checksum is the SHA-256 of its text, in hex. */
export type Migration = Readonly<{ name: string; sql: string; checksum: string }>;

const directory = new URL("../migrations/", import.meta.url);
const namePattern = /^(\d{4})-[a-z0-9]+(?:-[a-z0-9]+)*\.sql$/;

export const toMigration = (name: string, text: string): Migration => ({
  name,
  sql: text,
  checksum: createHash("sha256").update(text).digest("hex"),
});

/** This package's migrations, in order. Throws when they are not numbered 0001, 0002, … */
export const readMigrations = async (): Promise<readonly Migration[]> => {
  const names = (await readdir(directory)).toSorted();
  for (const [index, name] of names.entries()) {
    const number = namePattern.exec(name)?.[1];
    if (Number(number) !== index + 1) throw new Error(`migrations must be numbered without a gap: ${name}`);
  }
  return Promise.all(names.map(async (name) => toMigration(name, await readFile(new URL(name, directory), "utf8"))));
};
