import { expect, test } from "vitest";
import { createTestApp } from "../app.test-support.ts";
import { type Document, faultsOf, type Schema, templateOf } from "./conform.test-support.ts";
import { memberWords, parameterWords, schemaWords } from "./words.ts";

const { send } = await createTestApp({ app: { version: "0.1.0" } });
const document = (await (await send("GET", "/api/openapi.json")).json()) as Document; // what is tested here

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    path,
    ...operation,
  })),
);

/** Every part of the document that is an object, with the way to it. */
const walk = (value: unknown, at: string, visit: (part: Record<string, unknown>, at: string) => void): void => {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) visit(value as Record<string, unknown>, at);
  for (const [key, child] of Object.entries(value)) if (key !== "example") walk(child, `${at}/${key}`, visit);
};

const members: { at: string; name: string; schema: Schema }[] = [];
walk(document, "", ({ properties }, at) => {
  if (typeof properties === "object" && !at.endsWith("/properties"))
    for (const [name, schema] of Object.entries(properties as Record<string, Schema>))
      members.push({ at: `${at}.${name}`, name, schema });
});

test("the committed document is what the routes declare; `vitest -u` renews it", async () => {
  await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot("../../../../docs/reference/openapi.json");
});

test("every operation has an id of its own, a summary, and says what it takes to call it", () => {
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  const incomplete = operations.filter(
    ({ operationId, summary, security }) =>
      operationId === undefined || summary === undefined || security === undefined,
  );
  expect(incomplete.map(({ name }) => name)).toEqual([]);
});

test("every schema, member and parameter says what it means: itself, or in words.ts", () => {
  const mute = [
    ...Object.entries(document.components.schemas).flatMap(([name, { description }]) => (description ? [] : [name])),
    ...members.flatMap(({ at, schema }) => (schema.description || schema.$ref !== undefined ? [] : [at])),
    ...operations.flatMap(({ name, parameters = [] }) =>
      parameters.flatMap((parameter) => (parameter.description ? [] : [`${name} ${parameter.name}`])),
    ),
  ];
  expect(mute).toEqual([]);
});

test("where null is taken it is among the values that are listed: OpenAPI 3.0 takes a list literally", () => {
  const without = members.flatMap(({ at, schema }) =>
    schema.nullable === true && schema.enum?.includes(null) === false ? [at] : [],
  );
  expect(without).toEqual([]);
});

test("every word is used", () => {
  const used = new Set(
    [
      ...Object.entries(document.components.schemas).map(([name, { description }]) => ({ name, description })),
      ...members.map(({ name, schema: { description } }) => ({ name, description })),
      ...operations.flatMap(({ parameters = [] }) => parameters),
    ].map(({ name, description }) => `${name}: ${description}`),
  );
  const unused = [memberWords, parameterWords, schemaWords].flatMap((words) =>
    Object.entries(words).filter(([key, text]) => !used.has(`${key.replace(/^.*[. ]/, "")}: ${text}`)),
  );
  expect(unused).toEqual([]);
});

test("nullable stands beside a type", () => {
  const alone: string[] = [];
  walk(document, "", (part, at) => {
    if (part["nullable"] === true && part["type"] === undefined) alone.push(at);
  });
  expect(alone).toEqual([]);
});

test("what is answered before a route is found, and what a body can meet, is declared everywhere", () => {
  const lacking = operations.flatMap(({ name, responses }) =>
    [400, 414, 421, 431, 500, 503, ...(name.startsWith("GET") ? [] : [408, 413, 415])].flatMap((status) =>
      responses[status] === undefined ? [`${name} ${status}`] : [],
    ),
  );
  expect(lacking).toEqual([]);
});

test("every example is one", () => {
  const faults: string[] = [];
  let examples = 0;
  walk(document, "", (part, at) => {
    if (!("example" in part) || part["type"] === undefined) return;
    examples += 1;
    faults.push(...faultsOf(document, part as Schema, part["example"], at));
  });
  expect(faults).toEqual([]);
  expect(examples).toBeGreaterThan(20);
});

/** An address of the path whose parameters have a form that the routes take. */
const addressOf = (path: string): string => path.replaceAll(/\{[^}]*\}/g, "01JGABCDEFGHJKMNPQRSTVWXYZ");

test.each(Object.keys(document.paths))("405 on %s: Allow names the methods that are there", async (path) => {
  const address = addressOf(path);
  const declared = Object.entries(document.paths).flatMap(([other, methods]) =>
    templateOf(other).test(address) ? Object.keys(methods).map((method) => method.toUpperCase()) : [],
  );
  const allowed = [...new Set([...declared, ...(declared.includes("GET") ? ["HEAD"] : [])])].toSorted();
  for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"]) {
    const { status, headers } = await send(method, address);
    if (allowed.includes(method)) expect([method, status]).not.toEqual([method, 405]);
    else if (status !== 501) expect([method, status, headers.get("allow")]).toEqual([method, 405, allowed.join(", ")]);
  }
});
