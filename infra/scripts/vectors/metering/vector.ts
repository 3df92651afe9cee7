import { isArray, isObject, type Json, type JsonObject } from "../json.ts";

/** A metering vector: what to create and send, what to ask, and what must come back. Format: infra/vectors/README.md. */
export type MeteringVector = Readonly<{
  customers: readonly JsonObject[];
  meter: JsonObject | null;
  /** A body whose creation is the test itself. */
  createMeter: JsonObject | null;
  events: readonly JsonObject[];
  ingest: Ingest;
  query: Query | null;
  expect: Expectation;
}>;

export type Ingest = Readonly<{
  /** Null: whichever the server takes. */
  contentType: string | null;
  /** One by one, each after the answer to the one before. */
  sequential: boolean;
  requests: readonly IngestRequest[];
}>;

export type IngestRequest = Readonly<{
  body: string | Readonly<{ events: readonly number[]; asArray: boolean }>;
  status: number | null;
}>;

export type Query = Readonly<{
  method: string;
  /** Null: the query of the vector's meter. */
  path: string | null;
  params: JsonObject;
  body: Json | undefined;
  accept: string | null;
}>;

export type Expectation = JsonObject & Readonly<{ status: number }>;

/** Why a vector's shape cannot be run. */
export type Strange = Readonly<{ type: "strange"; reason: string }>;
export type Parsed = Readonly<{ type: "parsed"; vector: MeteringVector }>;

const members =
  "name id source note verified differs needs config customers meter createMeter events ingest query expect";
const known = {
  vector: new Set([...members.split(" "), "eventsAfterRaw"]),
  ingest: new Set(["contentType", "sequential", "requests"]),
  request: new Set(["body", "rawBody", "events", "asArray", "expectStatus"]),
  query: new Set(["method", "path", "params", "body", "accept"]),
  expect: new Set(
    "status from to windowSize data v3data csv json contentType detailContains listedEvents ordered".split(" "),
  ),
};

/** A member that this adapter does not know is not passed over: the vector might mean something by it. */
export const parseMeteringVector = (content: JsonObject): Parsed | Strange => {
  try {
    refuseUnknown("the vector", content, known.vector);
    const vector: MeteringVector = {
      customers: toObjects("customers", content["customers"] ?? []),
      meter: toObjectOrNull("meter", content["meter"]),
      createMeter: toObjectOrNull("createMeter", content["createMeter"]),
      events: toObjects("events", content["events"] ?? []),
      ingest: toIngest(content["ingest"] ?? {}),
      query: toQuery(content["query"] ?? null),
      expect: toExpectation(content["expect"]),
    };
    return { type: "parsed", vector };
  } catch (error) {
    if (error instanceof StrangeError) return { type: "strange", reason: error.message };
    throw error;
  }
};

class StrangeError extends Error {}

const refuseUnknown = (where: string, object: JsonObject, names: ReadonlySet<string>): void => {
  const unknown = Object.keys(object).filter((name) => !names.has(name));
  if (unknown.length > 0) throw new StrangeError(`${where} has the unknown member ${unknown.join(", ")}`);
};

const toObject = (where: string, value: Json | undefined): JsonObject => {
  if (!isObject(value)) throw new StrangeError(`${where} is not an object`);
  return value;
};

const toObjectOrNull = (where: string, value: Json | undefined): JsonObject | null =>
  value === undefined || value === null ? null : toObject(where, value);

const toObjects = (where: string, value: Json): readonly JsonObject[] => {
  if (!isArray(value)) throw new StrangeError(`${where} is not a list`);
  return value.map((item) => toObject(where, item));
};

const toTextOrNull = (where: string, value: Json | undefined): string | null => {
  if (value === undefined || value === null) return null;
  if (typeof value !== "string") throw new StrangeError(`${where} is not a text`);
  return value;
};

const toIngest = (value: Json): Ingest => {
  const ingest = toObject("ingest", value);
  refuseUnknown("ingest", ingest, known.ingest);
  return {
    contentType: toTextOrNull("ingest.contentType", ingest["contentType"]),
    sequential: ingest["sequential"] === true,
    requests: toObjects("ingest.requests", ingest["requests"] ?? []).map(toIngestRequest),
  };
};

const toIngestRequest = (request: JsonObject): IngestRequest => {
  refuseUnknown("an ingest request", request, known.request);
  const status = request["expectStatus"];
  return { body: toIngestBody(request), status: typeof status === "number" ? status : null };
};

const toIngestBody = (request: JsonObject): IngestRequest["body"] => {
  const { rawBody, body, events } = request;
  if (typeof rawBody === "string") return rawBody;
  if (body !== undefined) return JSON.stringify(body);
  if (!isArray(events)) throw new StrangeError("an ingest request has no body");
  return { events: events.map(Number), asArray: request["asArray"] === true || events.length !== 1 };
};

const toQuery = (value: Json): Query | null => {
  if (value === null) return null;
  const query = toObject("query", value);
  refuseUnknown("query", query, known.query);
  return {
    method: toTextOrNull("query.method", query["method"]) ?? "GET",
    path: toTextOrNull("query.path", query["path"]),
    params: toObject("query.params", query["params"] ?? {}),
    body: query["body"],
    accept: toTextOrNull("query.accept", query["accept"]),
  };
};

const toExpectation = (value: Json | undefined): Expectation => {
  const expect = toObject("expect", value);
  refuseUnknown("expect", expect, known.expect);
  const { status } = expect;
  if (typeof status !== "number") throw new StrangeError("expect.status is not a number");
  return { ...expect, status };
};
