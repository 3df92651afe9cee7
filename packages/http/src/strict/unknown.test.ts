import { describe, expect, test } from "vitest";
import { createTestApp } from "../app.test-support.ts";
import { plan } from "../v1/catalog.test-support.ts";
import { ignoredMembers, ignoredParameters, repeatable } from "./ignored.ts";

type Schema = Readonly<{
  description?: string;
  nullable?: boolean;
  $ref?: string;
  type?: string;
  enum?: readonly unknown[];
  properties?: Readonly<Record<string, Schema>>;
  additionalProperties?: unknown;
  items?: Schema;
  allOf?: readonly Schema[];
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
}>;
type Operation = Readonly<{
  operationId: string;
  responses: Readonly<Record<string, unknown>>;
  requestBody?: Readonly<{ content: Readonly<Record<string, Readonly<{ schema: Schema }>>> }>;
}>;

const read = async () => {
  const { send } = await createTestApp();
  const { paths, components } = (await (await send("GET", "/api/openapi.json")).json()) as {
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, Schema> };
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      method: method.toUpperCase(),
      path: path.replaceAll(/\{\w+\}/g, "01JGABCDEFGHJKMNPQRSTVWXYZ"),
    })),
  );
  return { operations, schemas: components.schemas };
};
const { operations, schemas } = await read();
const { send } = await createTestApp();

const marked = "zzUnknown";

type Probe = Readonly<{ body: unknown; field: string }>;

/** A body for each object of a schema that has a member which nobody knows, and is otherwise as little as leads there. */
const probesOf = (schema: Schema): readonly Probe[] => {
  const target = schema.$ref === undefined ? schema : schemas[schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1)];
  if (target === undefined) throw new Error(`${schema.$ref} is not in the document`);
  if (target !== schema) return probesOf(target);
  const { properties, items } = schema;
  const parts = [...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap(probesOf);
  const inItems = items === undefined ? [] : probesOf(items);
  const inLists = inItems.map(({ body, field }) => ({ body: [body], field: join("[0]", field) }));
  if (properties === undefined) return [...parts, ...inLists];
  // What tells variants apart: members with one possible value.
  const given = Object.fromEntries(
    Object.entries(properties).flatMap(([name, { enum: values = [] }]) =>
      values.length === 1 ? [[name, values[0]]] : [],
    ),
  );
  const below = Object.entries(properties).flatMap(([name, member]) =>
    probesOf(member).map(({ body, field }) => ({ body: { ...given, [name]: body }, field: join(name, field) })),
  );
  return [{ body: { ...given, [marked]: 1 }, field: marked }, ...below, ...parts, ...inLists];
};

const join = (first: string, rest: string): string => (rest.startsWith("[") ? `${first}${rest}` : `${first}.${rest}`);

const bodyOf = ({ requestBody }: Operation): Schema | undefined => requestBody?.content["application/json"]?.schema;
/** What the reference has, and nothing here can do so far: refused as a whole, whatever is sent. */
const isRefused = ({ responses }: Operation): boolean =>
  !Object.keys(responses).some((status) => status.startsWith("2"));
const isEvents = ({ operationId }: Operation): boolean => operationId === "ingestEvents"; // CloudEvents have extensions

describe("every route, whatever it is, refuses what it does not have", () => {
  test.each(operations)("a parameter: $method $path", async ({ method, path }) => {
    const answer = await send(method, `${path}?${marked}=1`, method === "GET" ? {} : { body: {} });
    expect(await answer.json()).toMatchObject({
      status: 400,
      code: "unknown_parameter",
      extensions: { validationErrors: [{ code: "unknown_parameter", field: marked }] },
    });
  });

  test.each(operations.filter((one) => one.method !== "GET" && !isEvents(one) && !isRefused(one)))(
    "a member at each level: $method $path",
    async (operation) => {
      const schema = bodyOf(operation);
      const probes = schema === undefined ? [{ body: { [marked]: 1 }, field: marked }] : probesOf(schema);
      expect(probes).not.toEqual([]);
      for (const { body, field } of probes) {
        const answer = await send(operation.method, operation.path, { body });
        expect(await answer.json(), field).toMatchObject({
          status: 400,
          code: "unknown_member",
          extensions: { validationErrors: [{ code: "unknown_member", field }] },
        });
      }
    },
  );

  test.each(operations.filter(({ method }) => method !== "GET"))(
    "a header that makes it depend on something: $method $path",
    async ({ method, path, operationId }) => {
      const always = ["If-Match", "X-HTTP-Method"];
      const refused = method === "POST" && !repeatable.includes(operationId) ? ["Idempotency-Key", ...always] : always;
      for (const header of refused) {
        const answer = await send(method, path, { headers: { [header]: "a" }, body: {} });
        expect(await answer.json(), header).toMatchObject({
          status: 400,
          code: "not_supported_yet",
          extensions: { validationErrors: [{ field: header }] },
        });
      }
    },
  );

  test.each(operations.filter(({ method }) => method === "GET"))("a body: GET $path", async ({ path }) => {
    for (const headers of [{ "Content-Length": "2" }, { "Transfer-Encoding": "chunked" }]) {
      const answer = await send("GET", path, { headers });
      expect(await answer.json()).toMatchObject({ status: 400, detail: "a GET takes no body: ask by parameters" });
    }
  });

  /** Where anything may stand: keys of maps, and what a parser of its own judges or refuses as a whole. */
  test("what is open is open on purpose", () => {
    const open = new Set<string>();
    const look = (schema: Schema, place: string): void => {
      const name = schema.$ref?.slice(schema.$ref.lastIndexOf("/") + 1);
      if (name !== undefined) return look(schemas[name] ?? {}, name);
      const { properties, items, type, additionalProperties, allOf = [], anyOf = [], oneOf = [] } = schema;
      if (schema.enum !== undefined) return;
      const choices = [...allOf, ...anyOf, ...oneOf];
      if (properties !== undefined) {
        expect(additionalProperties, place).toBe(false);
        for (const [member, of] of Object.entries(properties))
          if (of.description !== "Taken, and without effect") look(of, `${place}.${member}`);
      } else if (type === "object" || (type === undefined && choices.length === 0)) open.add(place);
      if (items !== undefined) look(items, `${place}[]`);
      for (const choice of choices) look(choice, place);
    };
    for (const operation of operations) {
      const schema = bodyOf(operation);
      if (schema !== undefined && !isEvents(operation)) look(schema, operation.operationId);
    }
    expect([...open].toSorted()).toMatchInlineSnapshot(`
      [
        "CustomerCreate.metadata",
        "CustomerReplaceUpdate.metadata",
        "FeatureCreateInputs.advancedMeterGroupByFilters",
        "FeatureCreateInputs.metadata",
        "FeatureCreateInputs.meterGroupByFilters",
        "FeatureCreateInputs.unitCost",
        "InvoiceSimulationLine.metadata",
        "MeterCreate.groupBy",
        "MeterCreate.metadata",
        "MeterQuery.advancedMeterGroupByFilters",
        "MeterQuery.filterGroupBy",
        "MeterUpdate.groupBy",
        "MeterUpdate.metadata",
        "PlanCreate.metadata",
        "PlanPhase.metadata",
        "PlanReplaceUpdate.metadata",
        "PlanSubscriptionCreate.customPlan",
        "PlanSubscriptionCreate.metadata",
        "RateCardFlatFee.entitlementTemplate",
        "RateCardFlatFee.metadata",
        "RateCardUsageBased.entitlementTemplate",
        "RateCardUsageBased.metadata",
        "SubjectUpsert.metadata",
      ]
    `);
  });
});

describe("what is taken without effect", () => {
  test.each(
    Object.entries(ignoredMembers).flatMap(([id, places]) =>
      Object.entries(places).map(([place, names]) => ({ id, place, names })),
    ),
  )("$id $place: $names", async ({ id, place, names }) => {
    const operation = operations.find(({ operationId }) => operationId === id);
    const schema = operation === undefined ? undefined : bodyOf(operation);
    if (operation === undefined || schema === undefined) throw new Error(`there is no operation ${id} with a body`);
    const probe = probesOf(schema).find(
      ({ field }) => field.replaceAll("[0]", "[]") === join(place, marked).replace(/^\./, ""),
    );
    const body = JSON.stringify(probe?.body);
    for (const name of names) {
      const answer = await send(operation.method, operation.path, {
        body: body.replace(`"${marked}":1`, `"${name}":1`),
        headers: { "Content-Type": "application/json" },
      });
      expect(await answer.json(), name).not.toMatchObject({ code: "unknown_member" });
    }
  });

  test("parameters", async () => {
    for (const [id, names] of Object.entries(ignoredParameters)) {
      const path = operations.find(({ operationId }) => operationId === id)?.path ?? "";
      for (const name of names) expect((await send("GET", `${path}?${name}=2`)).status, name).toBe(200);
    }
  });
});

describe("the refusal names what was probably meant", () => {
  const card = { type: "usage_based", key: "calls", name: "Calls", featureKey: "calls", billingCadence: "P1M" };
  const unit = { type: "unit", amount: "1" };
  const withCard = (members: object) =>
    plan({ phases: [{ key: "default", name: "Default", rateCards: [{ ...card, price: unit, ...members }] }] });
  const inCard = (name: string) => `phases[0].rateCards[0].${name}`;

  test.each([
    {
      body: withCard({ commitments: { minimumAmount: "1000" } }),
      field: inCard("commitments"),
      meant: "price.minimumAmount",
      why: "the library's spelling",
    },
    {
      body: withCard({ minimumAmount: "1000" }),
      field: inCard("minimumAmount"),
      meant: "price.minimumAmount",
      why: "beside the price",
    },
    {
      body: withCard({ price: { ...unit, minAmount: "1" } }),
      field: inCard("price.minAmount"),
      meant: "minimumAmount",
      why: "shortened",
    },
    {
      body: withCard({ discount: { percentage: 10 } }),
      field: inCard("discount"),
      meant: "discounts",
      why: "one letter",
    },
    { body: withCard({ currency: "USD" }), field: inCard("currency"), meant: "the body's currency", why: "further up" },
    {
      body: withCard({ price: { type: "tiered", mode: "volume", tiers: [{ upTo: "1", unitAmount: "2" }] } }),
      field: inCard("price.tiers[0].upTo"),
      meant: "upToAmount",
      why: "the library's tiers",
    },
    {
      body: withCard({ price: { type: "tiered", mode: "volume", tiers: [{ unitAmount: "2" }] } }),
      field: inCard("price.tiers[0].unitAmount"),
      meant: "unitPrice.amount",
      why: "the library's tiers",
    },
    {
      body: withCard({ price: { type: "tiered", mode: "volume", tiers: [], amount: "2" } }),
      field: inCard("price.amount"),
      meant: "tiers[].flatPrice.amount",
      why: "of the variant that was chosen",
    },
    { body: plan({ rateCards: [] }), field: "rateCards", meant: "phases[].rateCards", why: "a level too high" },
  ])("$field → $meant ($why)", async ({ body, field, meant }) => {
    const { extensions } = (await (await send("POST", "/api/v1/plans", { body })).json()) as {
      extensions: { validationErrors: { field: string; message: string }[] };
    };
    const found = extensions.validationErrors.find((one) => one.field === field);
    expect(found?.message.replaceAll("`", "")).toBe(`unknown member; did you mean ${meant}?`);
  });

  test("what is only a little like it, and far away, is not meant: a mode is no tax code", async () => {
    const rateCard = { price: { type: "package", amount: "1", quantityPerPackage: "3", mode: "volume" } };
    const answer = await send("POST", "/api/v1/prices/preview", { body: { currency: "USD", rateCard, quantity: "1" } });
    expect(await answer.json()).toMatchObject({
      detail: expect.stringMatching(/^rateCard\.price\.mode: unknown member; known here: type, amount, /),
    });
  });

  test("nothing is like it: what is known there; a flat price has no minimum", async () => {
    const body = withCard({ type: "flat_fee", price: { type: "flat", amount: "1", minimumAmount: "5" } });
    expect(await (await send("POST", "/api/v1/plans", { body })).json()).toMatchObject({
      detail: `${inCard("price.minimumAmount")}: unknown member; known here: type, amount, paymentTerm`,
    });
  });

  test.each([
    {
      path: "/api/v1/meters",
      body: { slug: "a", eventType: "b", aggregation: "COUNT", groupby: {} },
      meant: "groupBy",
    },
    { path: "/api/v1/features", body: { key: "a", name: "A", meterKey: "a" }, meant: "meterSlug" },
    { path: "/api/v1/customers", body: { name: "A", subjectKeys: ["a"] }, meant: "usageAttribution.subjectKeys" },
    { path: "/api/v1/subscriptions", body: { planKey: "a" }, meant: "plan.key" },
  ])("$path: $meant", async ({ path, body, meant }) => {
    expect(await (await send("POST", path, { body })).text()).toContain(`did you mean \`${meant}\`?`);
  });

  test("a parameter", async () => {
    const answer = await send("GET", "/api/v1/customers?pagesize=2&nonsense=1");
    expect(await answer.json()).toMatchObject({
      detail: expect.stringMatching(/^pagesize: .*`pageSize`\?; nonsense: .*known here: page, pageSize, /),
    });
  });

  test("a map has its key in brackets", async () => {
    const answer = await send("GET", "/api/v1/meters/a/query?filterGroupBy.route=a");
    expect(await answer.text()).toContain("did you mean `filterGroupBy[key]`?");
  });

  test.each([
    { path: "/api/v1/plans", name: "keyVersion", spelt: ["[pro", "[pro]x", "[pro][0]", "[", "]"] },
    {
      path: "/api/v1/meters/request_duration/query",
      name: "filterGroupBy",
      spelt: ["[route", "[route]x", "[route][]"],
    },
  ])("a map whose brackets are spelt wrong, and so would be left aside: $name", async ({ path, name, spelt }) => {
    for (const brackets of spelt) {
      const answer = await send("GET", `${path}?${encodeURIComponent(`${name}${brackets}`)}=1`);
      expect(answer.status, brackets).toBe(400);
      expect(await answer.text(), brackets).toContain(`did you mean \`${name}[key]\`?`);
    }
  });

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])("%s is a name like any other", async (name) => {
    const body = `{"name":"A","key":"a","${name}":{"id":1}}`;
    const answer = await send("POST", "/api/v1/customers", { body, headers: { "Content-Type": "application/json" } });
    expect(answer.status).toBe(400);
    expect((await send("GET", `/api/v1/customers?${name}=1`)).status).toBe(400);
  });

  test("many, and long ones: the answer stays small", async () => {
    const long = Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`${"x".repeat(400)}${at}`, 1]));
    const text = await (await send("POST", "/api/v1/meters", { body: long })).text();
    expect(text.length).toBeLessThan(12_000);
    expect(text).toContain("and 1995 more");
  });
});

test("what can be sent twice takes an Idempotency-Key, which changes nothing", async () => {
  const known = operations.map(({ operationId }) => operationId);
  expect(repeatable.filter((id) => !known.includes(id))).toEqual([]);
  const event = { specversion: "1.0", id: "2", source: "s", type: "t", subject: "a" };
  const headers = { "Idempotency-Key": "a" };
  expect((await send("POST", "/api/v1/events", { body: event, headers })).status).toBe(204);
});

test("extensions and data of events are open", async () => {
  const body = {
    specversion: "1.0",
    id: "1",
    source: "s",
    type: "t",
    subject: "a",
    traceparent: "x",
    data: { any: { thing: 1 } },
  };
  expect((await send("POST", "/api/v1/events", { body })).status).toBe(204);
});
