import { execFileSync } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";

// What a disk may hold after a loss of power, of files that no sync covered: anything.

/** Numbers from 0 to 1 that are the same for the same seed (a linear congruence, which is random enough to choose files). */
export const randomOf = (seed: number): (() => number) => {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

export const copyDirectory = (from: string, to: string): void =>
  void execFileSync("cp", ["-a", from, to], { stdio: ["ignore", "ignore", "inherit"] });

/** Directories of the parts of all tables below `store`, those set aside or unfinished included. */
const partsOf = (clickhouse: string): readonly string[] =>
  readdirSync(join(clickhouse, "store"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^(tmp_\w+_)?all_\d+_\d+_\d+(_\d+)?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));

/** Parts whose directory was made after the instant, by the files in it: what a sync before it does not cover. */
export const partsSince = (clickhouse: string, since: number): readonly string[] =>
  partsOf(clickhouse).filter((part) => statSync(part).birthtimeMs > since || statSync(part).mtimeMs > since);

const filesOf = (part: string): readonly string[] =>
  readdirSync(part, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

const zero = (file: string, from = 0): void => {
  const handle = openSync(file, "r+");
  const bytes = statSync(file).size - from;
  writeSync(handle, Buffer.alloc(bytes), 0, bytes, from);
  closeSync(handle);
};

const wounds: Readonly<Record<string, (file: string) => void>> = {
  removed: (file) => rmSync(file),
  emptied: (file) => truncateSync(file, 0),
  "cut in half": (file) => truncateSync(file, statSync(file).size >> 1),
  zeroed: (file) => zero(file),
};

/** Does to a part what a loss of power may; says what. */
export const tearPart = (part: string, random: () => number): string => {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T; // never empty
  const name = part.split("/").slice(-1).join("");
  const how = random();
  if (how < 0.15) {
    rmSync(part, { recursive: true });
    return `${name}: gone`;
  }
  const files = filesOf(part);
  const projections = files.filter((file) => file.includes(".proj/"));
  const among = how < 0.45 && projections.length > 0 ? projections : files;
  const torn = how > 0.85 ? among : [...Array(1 + Math.floor(random() * 3))].map(() => pick(among));
  const said: string[] = [];
  for (const file of new Set(torn)) {
    const [what, wound] = pick(Object.entries(wounds));
    wound(file);
    said.push(`${file.slice(part.length + 1)} ${what}`);
  }
  return `${name}: ${said.length > 5 ? `all ${said.length} files` : said.join(", ")}`;
};

const blockBytes = 32_768;
const headerBytes = 7;

/** The log file that LevelDB writes to, and where its last record begins and ends. */
const lastRecord = (directory: string): Readonly<{ file: string; from: number; to: number }> => {
  const [name] = readdirSync(directory)
    .filter((file) => /^\d+\.log$/.test(file))
    .toSorted()
    .toReversed();
  const file = join(directory, name ?? "");
  const bytes = readFileSync(file);
  let from = 0;
  let to = 0;
  for (let at = 0; at + headerBytes <= bytes.length;) {
    const left = blockBytes - (at % blockBytes);
    if (left < headerBytes) {
      at += left;
      continue;
    }
    const length = bytes.readUInt16LE(at + 4);
    const type = bytes[at + 6] ?? 0; // 1: whole, 2: first, 3: middle, 4: last
    if (type === 0) break;
    if (type <= 2) from = at;
    at += headerBytes + length;
    if (type === 1 || type === 4) to = at;
  }
  return { file, from, to };
};

/**
 * Tears the end of the event log as a disk may that had not been asked to keep it: its last record, which must be one that
 * was written without a sync, is cut or zeroed, or something that is no record is behind it.
 */
export const tearLogTail = (directory: string, random: () => number): string => {
  const { file, from, to } = lastRecord(directory);
  const record = readFileSync(file).subarray(from, to);
  if (!record.includes("mapplied")) return "log: its last record was synced, and stays";
  const how = Math.floor(random() * 4);
  const middle = from + Math.floor((to - from) * random());
  if (how === 0) truncateSync(file, middle);
  else if (how === 1) zero(file, from);
  else if (how === 2) zero(file, middle);
  else truncateSync(file, to + 4_096); // a hole: the length was kept, the content not
  return `log: ${["cut in its last record", "last record zeroed", "end of the last record zeroed", "zeros behind it"][how]}`;
};
