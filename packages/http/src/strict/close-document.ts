import { ignoredMembers } from "./ignored.ts";

type Schema = {
  description?: string;
  $ref?: string;
  type?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: unknown;
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
};
type Body = { content?: Record<string, { schema?: Schema }> };
type Operation = { operationId?: string; requestBody?: Body };
export type ApiDocument = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};

/**
 * Says in an OpenAPI document what refuseUnknownMembers does: objects of JSON bodies have no other members than those that
 * are listed, those without effect among them.
 */
export const closeDocument = (document: ApiDocument): ApiDocument => {
  const { schemas } = document.components;
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  for (const { operationId = "", requestBody } of operations) {
    const schema = requestBody?.content?.["application/json"]?.schema;
    if (schema === undefined || requestBody?.content?.["application/cloudevents+json"] !== undefined) continue;
    close(schema, { place: "", ignored: ignoredMembers[operationId] ?? {}, schemas });
  }
  return document;
};

type Closing = Readonly<{
  place: string;
  ignored: Readonly<Record<string, readonly string[]>>;
  schemas: Readonly<Record<string, Schema>>;
}>;

const close = (schema: Schema, at: Closing): void => {
  const target =
    schema.$ref === undefined ? undefined : at.schemas[schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1)];
  if (target !== undefined) return close(target, at);
  if (schema.properties !== undefined && (schema.additionalProperties ?? false) === false) {
    for (const [name, member] of Object.entries(schema.properties))
      close(member, { ...at, place: at.place === "" ? name : `${at.place}.${name}` });
    schema.additionalProperties = false;
    for (const name of at.ignored[at.place] ?? []) schema.properties[name] ??= structuredClone(withoutEffect);
  }
  if (schema.items !== undefined) close(schema.items, { ...at, place: `${at.place}[]` });
  for (const one of [...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) close(one, at);
};

const withoutEffect = { description: "Taken, and without effect" };
