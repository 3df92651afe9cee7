import type { Api } from "./api.ts";
import { calendarAdapterOf } from "./calendar/adapter.ts";
import type { JsonObject } from "./json.ts";
import { meteringAdapterOf } from "./metering/adapter.ts";
import { ratingAdapterOf } from "./rating/adapter.ts";
import { subscriptionAdapterOf } from "./subscriptions/adapter.ts";
import { notYet, type Outcome, type Vector } from "./vector.ts";

export type Judged = Readonly<{ vector: Vector; kind: string; outcome: Outcome }>;

/** Runs a vector, in a namespace of its own when it goes through the API. Never throws: what goes wrong on the way is a failure of the vector. */
export const runVector = async (createNamespace: () => Promise<Api>, vector: Vector): Promise<Judged> => {
  const adapter = adapterOf(vector, createNamespace);
  const kind = adapter?.kind ?? kindOf(vector.content);
  const judge = async (): Promise<Outcome> => {
    const needs = vector.content["needs"];
    if (needs !== undefined) return notYet(`needs ${typeof needs === "string" ? needs : JSON.stringify(needs)}`);
    if (adapter === null) return notYet(`no adapter for the kind ${kind} of ${vector.file}`);
    return declared(vector.content, await adapter.run());
  };
  const outcome = await judge().catch((error: unknown): Outcome => {
    const found = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { type: "fail", mismatches: [{ at: "run", expected: "an answer to every call", found }] };
  });
  return { vector, kind, outcome };
};

type Prepared = Readonly<{ kind: string; run: () => Outcome | Promise<Outcome> }>;

/** A vector that names its kind goes to the pure packages; metering vectors have a shape instead, and go through the API. */
const adapterOf = ({ file, content }: Vector, createNamespace: () => Promise<Api>): Prepared | null => {
  if (!("kind" in content || "model" in content)) {
    const adapter = meteringAdapterOf(content);
    return adapter && { kind: adapter.kind, run: async () => adapter.run(await createNamespace(), content) };
  }
  const adapter = ratingAdapterOf(file, content) ?? calendarAdapterOf(content) ?? subscriptionAdapterOf(content);
  return adapter && { kind: adapter.kind, run: () => adapter.run(content) };
};

const kindOf = (content: JsonObject): string => {
  const named = [content["kind"], content["model"]].find((kind) => typeof kind === "string");
  return typeof named === "string" ? named : "of an unknown shape";
};

/** A vector that names a rule in `differs` may come out differently, because of that rule. */
const declared = (content: JsonObject, outcome: Outcome): Outcome => {
  const rule = content["differs"];
  return outcome.type === "fail" && typeof rule === "string"
    ? { type: "differs", rule, mismatches: outcome.mismatches }
    : outcome;
};
