import type { Answer, Api } from "../api.ts";
import { isObject, mapTexts, type Json, type JsonObject } from "../json.ts";
import { notYet, type Adapter, type Mismatch, type Outcome } from "../vector.ts";
import { compareAnswer, compareStatus } from "./compare.ts";
import { ruleFor } from "./differences.ts";
import { compareListedEvents, idOf } from "./listed-events.ts";
import { parseMeteringVector, type MeteringVector } from "./vector.ts";

/** The adapter for a vector of this shape: something to ask or to send, and an expectation. */
export const meteringAdapterOf = (content: JsonObject): Adapter | null =>
  isObject(content["expect"]) && ["query", "createMeter", "ingest"].some((name) => name in content)
    ? { kind: kindOf(content), run: runMeteringVector }
    : null;

const kindOf = (content: JsonObject): string => {
  const { query, createMeter, expect } = content;
  if (isObject(query)) {
    const path = typeof query["path"] === "string" ? query["path"] : "/query";
    if (path.startsWith("/api/v3/")) return "v3";
    if (isObject(expect) && typeof expect["csv"] === "string") return "meter query, CSV";
    if (path.endsWith("/query")) return "meter query";
    return path.endsWith("/events") ? "list events" : "other reads";
  }
  return isObject(createMeter) ? "create meter" : "ingest";
};

/** Options of the reference server that say what ours always does. */
const builtOptions: Readonly<Record<string, (value: Json) => boolean>> = {
  "dedupe.enabled": () => true, // when false: a rule of ours
  "sink.dedupe.enabled": () => true,
};

const runMeteringVector = async (api: Api, content: JsonObject): Promise<Outcome> => {
  const parsed = parseMeteringVector(content);
  if (parsed.type === "strange") return notYet(parsed.reason);
  const config = isObject(content["config"]) ? content["config"] : {};
  const missing = Object.entries(config).filter(([name, value]) => builtOptions[name]?.(value) !== true);
  if (missing.length > 0) return notYet(`no option ${missing.map(([name]) => name).join(", ")}`);
  const { vector } = parsed;
  try {
    const mismatches = await play(api, vector);
    if (mismatches.length === 0) return { type: "pass" };
    const rule = ruleFor(vector, mismatches, config);
    return rule === null ? { type: "fail", mismatches } : { type: "differs", rule, mismatches };
  } catch (error) {
    if (error instanceof Unrunnable) return notYet(error.message);
    if (error instanceof Obstacle) return { type: "fail", mismatches: error.mismatches };
    throw error;
  }
};

/** Something before the question went wrong, so that the question has no meaning. */
class Obstacle extends Error {
  readonly mismatches: readonly Mismatch[];
  constructor(mismatches: readonly Mismatch[]) {
    super("the vector could not be set up");
    this.mismatches = mismatches;
  }
}

/** It cannot be judged: it asks for a route that is not there, or for nothing. */
class Unrunnable extends Error {}

/** Sets up, sends, asks; everything that is not as expected. */
const play = async (api: Api, vector: MeteringVector): Promise<readonly Mismatch[]> => {
  const send = createSend(api);
  const names = new Map<string, string>();
  for (const [index, customer] of vector.customers.entries()) {
    const answer = must(`customers[${index}]`, 201, await send("POST", "/api/v1/customers", customer));
    names.set(`customer:${index}.id`, idOf(answer.json ?? null));
  }
  if (vector.meter !== null) {
    const answer = must("meter", 201, await send("POST", "/api/v1/meters", vector.meter));
    names.set("meter.id", idOf(answer.json ?? null));
  }
  const created = vector.createMeter === null ? null : await send("POST", "/api/v1/meters", vector.createMeter);
  const named = <T extends Json>(value: T): T => mapTexts(value, (text) => fillIn(text, names)) as T; // same shape
  const { sent, mismatches } = await ingest(api, { ...vector, events: vector.events.map(named) });
  if (vector.query === null) {
    const answer = created ?? sent;
    if (answer === null) throw new Unrunnable("nothing is asked and nothing is sent");
    return [...mismatches, ...compareAnswer(vector.expect, answer, {})];
  }
  if (created !== null) must("createMeter", 201, created);
  const expect = named(vector.expect);
  const asked = await ask(api, vector, named);
  const { body, params } = vector.query;
  return [
    ...mismatches,
    ...compareAnswer(expect, asked, { ...params, ...(isObject(body) ? body : {}) }),
    ...compareListedEvents(expect["listedEvents"], await listedEvents(api, vector, asked), expect["ordered"]),
  ];
};

const createSend =
  (api: Api) =>
  (method: string, path: string, body: Json): Promise<Answer> =>
    api({ method, path, body: JSON.stringify(body), contentType: "application/json" });

const must = (at: string, status: number, answer: Answer): Answer => {
  const mismatches = compareStatus(at, status, answer);
  if (mismatches.length > 0) throw new Obstacle(mismatches);
  return answer;
};

const fillIn = (text: string, names: ReadonlyMap<string, string>): string =>
  text.replaceAll(/\{\{([^{}]+)\}\}/g, (placeholder, name: string) => names.get(name) ?? placeholder);

/** The answer of the last request, and every request whose status was not as expected. */
type Sent = Readonly<{ sent: Answer | null; mismatches: readonly Mismatch[] }>;

const ingest = async (api: Api, { events, ingest: how }: MeteringVector): Promise<Sent> => {
  const mismatches: Mismatch[] = [];
  let sent: Answer | null = null;
  for (const [index, { body, contentType, status }] of toRequests(events, how).entries()) {
    sent = await api({ method: "POST", path: "/api/v1/events", body, contentType });
    mismatches.push(...compareStatus(`ingest[${index}]`, status, sent));
  }
  return { sent, mismatches };
};

type IngestCall = Readonly<{ body: string; contentType: string; status: number }>;

const batchType = "application/cloudevents-batch+json";
const singleType = "application/cloudevents+json";

/** Events that no request names are sent first: as a batch, or one by one when their order matters. */
const toRequests = (events: readonly JsonObject[], how: MeteringVector["ingest"]): readonly IngestCall[] => {
  const named = new Set(how.requests.flatMap(({ body }) => (typeof body === "string" ? [] : body.events)));
  const others = events.filter((_, index) => !named.has(index));
  const type = how.contentType ?? (how.sequential ? singleType : batchType);
  const oneByOne = how.sequential || type.startsWith(singleType);
  const bodies = oneByOne ? others : others.length === 0 ? [] : [others];
  return [
    ...bodies.map((body) => ({ body: JSON.stringify(body), contentType: type, status: 204 })),
    ...how.requests.map(({ body, status }) => ({
      body: typeof body === "string" ? body : JSON.stringify(pick(events, body)),
      contentType: how.contentType ?? "application/json",
      status: status ?? 204,
    })),
  ];
};

const pick = (
  events: readonly JsonObject[],
  { events: indices, asArray }: Readonly<{ events: readonly number[]; asArray: boolean }>,
): Json => {
  const picked = indices.flatMap((index) => events[index] ?? []);
  return asArray ? picked : (picked[0] ?? null);
};

const ask = async (api: Api, vector: MeteringVector, named: <T extends Json>(value: T) => T): Promise<Answer> => {
  const { query, meter, createMeter } = vector;
  if (query === null) throw new Error("there is nothing to ask");
  const path = query.path ?? toQueryPath(meter ?? createMeter);
  const answer = await api({
    method: query.method,
    path: named(path),
    params: named(query.params),
    ...(query.body === undefined ? {} : { body: JSON.stringify(named(query.body)), contentType: "application/json" }),
    ...(query.accept === null ? {} : { accept: query.accept }),
  });
  if (isUnserved(answer)) throw new Unrunnable(`nothing is served at ${query.method} ${path}`);
  return answer;
};

const toQueryPath = (meter: JsonObject | null): string => {
  const slug = meter?.["slug"];
  if (typeof slug !== "string") throw new Unrunnable("the query has no path and no meter");
  return `/api/v1/meters/${slug}/query`;
};

/** What the server answers where it has no route, or none yet; a thing that is not there is another code. */
const isUnserved = ({ status, json }: Answer): boolean =>
  status === 501 || (isObject(json) && (json["code"] === "not_found" || json["code"] === "method_not_allowed"));

/** The listing that was asked; when something else was asked, the expected events are looked up by their ids. */
const listedEvents = async (api: Api, { query, expect }: MeteringVector, asked: Answer): Promise<Json | undefined> => {
  const expected = expect["listedEvents"];
  if (expected === undefined || query?.path?.endsWith("/events") === true) return asked.json;
  const ids = Array.isArray(expected) ? expected.map(idOf) : [];
  const filter = JSON.stringify({ id: ids.length === 1 ? { $eq: ids[0] } : { $in: ids } });
  return (await api({ method: "GET", path: "/api/v2/events", params: { filter } })).json;
};
