import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";

/** One production request: when it came (RFC 3339, as exact as its source), and how many tokens it read and wrote. */
export type TraceRequest = Readonly<{ at: string; contextTokens: number; generatedTokens: number }>;

/** A trace has a name that changes with its content, so that two traces never mix in one Meter. */
export type Trace = Readonly<{ name: string; route: string; requests: readonly TraceRequest[] }>;

const header = "TIMESTAMP,ContextTokens,GeneratedTokens";
const rowPattern = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}(?:\.\d+)?),(\d+),(\d+)$/;

const nameOf = (label: string, content: string): string =>
  `${label}@${createHash("sha256").update(content).digest("hex").slice(0, 8)}`;

/** Reads a trace file; a row of another shape is an error that names the file and the line. */
export const readTrace = async (path: string): Promise<Trace> => {
  const content = await readFile(path, "utf8");
  const label = basename(path).replace(/\.csv$/, "");
  return {
    name: nameOf(label, content),
    route: label.includes("code") ? "/v1/completions" : "/v1/chat/completions",
    requests: parseTrace(content, path),
  };
};

export const parseTrace = (content: string, path: string): readonly TraceRequest[] => {
  const [first, ...rows] = content
    .replace(/^\uFEFF/, "")
    .trimEnd()
    .split(/\r?\n/);
  if (first !== header) throw new Error(`${path}:1: expected the header ${header}`);
  return rows.map((row, index) => {
    const [, day, time, context, generated] = rowPattern.exec(row) ?? [];
    if (day === undefined || time === undefined)
      throw new Error(`${path}:${index + 2}: not a request: ${row.slice(0, 80)}`);
    return { at: `${day}T${time}Z`, contextTokens: Number(context), generatedTokens: Number(generated) };
  });
};

const generatedRequests = 5_000;

/**
 * A deterministic trace of the same shape, for when no file is at hand: an hour of requests whose gaps and token counts
 * are skewed as real ones are. Always the same bytes, on every machine: integers only.
 */
export const generateTrace = (): Trace => {
  let state = 20_231_116;
  const draw = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Number((BigInt(state) * BigInt(below)) >> 32n);
  };
  let ticks = 0; // of 100 ns
  const requests = Array.from({ length: generatedRequests }, () => {
    ticks += draw(draw(10) === 0 ? 40_000_000 : 10_000_000);
    const seconds = 18 * 3_600 + 15 * 60 + Math.trunc(ticks / 10_000_000);
    const [hour, minute, second] = [Math.trunc(seconds / 3_600), Math.trunc(seconds / 60) % 60, seconds % 60].map(
      (part) => String(part).padStart(2, "0"),
    );
    return {
      at: `2023-11-16T${hour}:${minute}:${second}.${String(ticks % 10_000_000).padStart(7, "0")}Z`,
      contextTokens: 1 + draw(1 + draw(1 + draw(14_000))),
      generatedTokens: 1 + draw(1 + draw(1_000)),
    };
  });
  return { name: nameOf("generated", JSON.stringify(requests)), route: "/v1/chat/completions", requests };
};
