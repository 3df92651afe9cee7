import type { Api } from "./api.ts";
import type { Json, JsonObject } from "./json.ts";

/** One golden vector as it stands in its file: what is given and what must come out. */
export type Vector = Readonly<{
  /** Name of its file without folder and extension: `metering`. */
  file: string;
  /** Its title, after its id when it has one. */
  name: string;
  content: JsonObject;
}>;

/** Something that came out differently. `undefined` is a member that is not there. */
export type Mismatch = Readonly<{ at: string; expected: Json | undefined; found: Json | undefined }>;

export type Outcome =
  | Readonly<{ type: "pass" }>
  /** Not as expected, because of a rule of ours that says so. */
  | Readonly<{ type: "differs"; rule: string; mismatches: readonly Mismatch[] }>
  /** Not judged: it needs something that is not there yet. */
  | Readonly<{ type: "not_yet"; reason: string }>
  | Readonly<{ type: "fail"; mismatches: readonly Mismatch[] }>;

/** Runs the vectors of one file and kind through the HTTP API. Knows no single vector. */
export type Adapter = Readonly<{
  kind: string;
  run: (api: Api, content: JsonObject) => Promise<Outcome>;
}>;

/** Runs the vectors of one kind through the pure packages, without a server. Knows no single vector, and never throws. */
export type PureAdapter = Readonly<{
  kind: string;
  run: (content: JsonObject) => Outcome;
}>;

export const notYet = (reason: string): Outcome => ({ type: "not_yet", reason });
