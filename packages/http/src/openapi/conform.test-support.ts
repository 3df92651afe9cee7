/** A small validator of what our document uses of OpenAPI 3.0: enough to hold answers and examples to it. */
export type Schema = Readonly<{
  $ref?: string;
  description?: string;
  type?: "object" | "array" | "string" | "number" | "integer" | "boolean";
  nullable?: boolean;
  enum?: readonly unknown[];
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  items?: Schema;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: boolean | Schema;
  oneOf?: readonly Schema[];
  anyOf?: readonly Schema[];
  allOf?: readonly Schema[];
  example?: unknown;
}>;

export type Parameter = Readonly<{ name: string; in: string; description?: string; schema: Schema }>;

export type Operation = Readonly<{
  operationId?: string;
  summary?: string;
  security?: readonly object[];
  parameters?: readonly Parameter[];
  requestBody?: Readonly<{ content: Readonly<Record<string, Readonly<{ schema?: Schema }>>> }>;
  responses: Readonly<
    Record<string, Readonly<{ headers?: object; content?: Readonly<Record<string, Readonly<{ schema?: Schema }>>> }>>
  >;
}>;

export type Document = Readonly<{
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  components: Readonly<{ schemas: Readonly<Record<string, Schema>> }>;
}>;

export type Answer = Readonly<{ status: number; contentType: string | null; text: string }>;

/** What is wrong with an answer by the document; nothing when there is no such operation. */
export const faultsOfAnswer = (
  document: Document,
  request: Readonly<{ method: string; path: string }>,
  answer: Answer,
): readonly string[] => {
  const operation = findOperation(document, request);
  if (operation === undefined) return [];
  const response = operation.responses[answer.status];
  if (response === undefined) return [`the status ${answer.status} is not declared`];
  const { content } = response;
  const mediaType = answer.contentType?.replace(/;.*$/, "").trim() ?? "";
  if (content === undefined) return answer.text === "" ? [] : [`a body of ${mediaType} is not declared`];
  const media = content[mediaType];
  if (media === undefined) return [`the content type ${mediaType} is not declared`];
  if (media.schema === undefined || !/[/+]json$/.test(mediaType)) return [];
  return faultsOf(document, media.schema, JSON.parse(answer.text), "answer");
};

const findOperation = (
  { paths }: Document,
  { method, path }: Readonly<{ method: string; path: string }>,
): Operation | undefined => {
  const [address = ""] = path.split("?");
  const candidates = Object.entries(paths)
    .filter(([template]) => templateOf(template).test(address))
    .toSorted(([a], [b]) => a.split("{").length - b.split("{").length); // literal segments first, as the router has it
  return candidates.map(([, methods]) => methods[method.toLowerCase()]).find((operation) => operation !== undefined);
};

/** What addresses of a path look like. */
export const templateOf = (path: string): RegExp => new RegExp(`^${path.replaceAll(/\{[^}]*\}/g, "[^/]+")}$`);

/** Where and how a value does not fit. */
export const faultsOf = (document: Document, schema: Schema, value: unknown, at: string): readonly string[] => {
  if (schema.$ref !== undefined) {
    const target = document.components.schemas[schema.$ref.replace("#/components/schemas/", "")];
    return target === undefined ? [`${at}: no schema ${schema.$ref}`] : faultsOf(document, target, value, at);
  }
  const below = (part: Schema, child: unknown, step: string) => faultsOf(document, part, child, `${at}${step}`);
  const fitting = (parts: readonly Schema[]) => parts.filter((part) => below(part, value, "").length === 0).length;
  const alternatives = [
    ...(schema.allOf ?? []).flatMap((part) => below(part, value, "")),
    ...(schema.anyOf !== undefined && fitting(schema.anyOf) === 0 ? [`${at} fits none of anyOf`] : []),
    ...(schema.oneOf !== undefined && fitting(schema.oneOf) !== 1
      ? [`${at} fits ${fitting(schema.oneOf)} of oneOf`]
      : []),
  ];
  if (value === null && (schema.nullable === true || schema.type === undefined)) return alternatives;
  if (schema.type !== undefined && !isOfType[schema.type](value)) return [`${at} is no ${schema.type}`];
  return [...alternatives, ...ownFaults(schema, value, at), ...childFaults(schema, value, below)];
};

const isOfType: Readonly<Record<NonNullable<Schema["type"]>, (value: unknown) => boolean>> = {
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  array: Array.isArray,
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: Number.isSafeInteger,
  boolean: (value) => typeof value === "boolean",
};

const ownFaults = (schema: Schema, value: unknown, at: string): readonly string[] => {
  const size = typeof value === "string" ? Array.from(value).length : Array.isArray(value) ? value.length : 0;
  const number = typeof value === "number" ? value : 0;
  const isText = typeof value === "string";
  const broken = {
    enum: schema.enum !== undefined && !schema.enum.includes(value),
    pattern: isText && schema.pattern !== undefined && !new RegExp(schema.pattern).test(value),
    "date-time": isText && schema.format === "date-time" && !dateTime.test(value),
    shortest: size < (schema.minLength ?? schema.minItems ?? 0),
    longest: size > (schema.maxLength ?? schema.maxItems ?? Number.POSITIVE_INFINITY),
    minimum: typeof value === "number" && number < (schema.minimum ?? Number.NEGATIVE_INFINITY),
    maximum: typeof value === "number" && number > (schema.maximum ?? Number.POSITIVE_INFINITY),
  };
  return Object.entries(broken).flatMap(([rule, isBroken]) =>
    isBroken ? [`${at} breaks ${rule}: ${JSON.stringify(value)}`] : [],
  );
};

const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

const childFaults = (
  { items, properties = {}, required = [], additionalProperties = true }: Schema,
  value: unknown,
  below: (part: Schema, child: unknown, step: string) => readonly string[],
): readonly string[] => {
  if (Array.isArray(value)) {
    return items === undefined ? [] : value.flatMap((item, index) => below(items, item, `[${index}]`));
  }
  if (typeof value !== "object" || value === null) return [];
  return [
    ...required.filter((name) => !Object.hasOwn(value, name)).map((name) => `${name} is missing`),
    ...Object.entries(value).flatMap(([name, child]) => {
      const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
      const schema = known ?? (typeof additionalProperties === "object" ? additionalProperties : null);
      if (schema !== null) return below(schema, child, `.${name}`);
      return additionalProperties === false ? [`${name} is not declared`] : [];
    }),
  ];
};
