import type { z } from "@hono/zod-openapi";

/** Which members JSON may have at each level, as the schema of a route says it. */
export type Shape =
  /** A scalar, or what a parser of its own judges. */
  | Readonly<{ kind: "any" }>
  | ObjectShape
  | Readonly<{ kind: "list"; item: Shape }>
  /** Keys are free. */
  | Readonly<{ kind: "map"; value: Shape }>
  /** Told apart by the value of one member. */
  | Readonly<{ kind: "variants"; by: string; variants: ReadonlyMap<unknown, Shape> }>
  | Readonly<{ kind: "either"; options: readonly Shape[] }>;

export type ObjectShape = Readonly<{ kind: "object"; members: ReadonlyMap<string, Shape> }>;

const any: Shape = { kind: "any" };

/** An object that is closed: what a route has that takes nothing. */
export const nothing: ObjectShape = { kind: "object", members: new Map() };

/**
 * Objects are closed unless their schema says `loose` or has a catch-all; records are maps. Throws for a kind of schema that
 * it does not know: a route with one must say here what may be in it.
 */
export const shapeOf = (schema: z.core.$ZodType): Shape => {
  const { def } = (schema as z.core.$ZodTypes)._zod; // every schema is one of these: listed below
  switch (def.type) {
    case "object": {
      const { catchall } = def;
      if (catchall !== undefined && catchall._zod.def.type !== "never") return any;
      return { kind: "object", members: new Map(Object.entries(def.shape).map(([name, of]) => [name, shapeOf(of)])) };
    }
    case "array":
      return { kind: "list", item: shapeOf(def.element) };
    case "record":
      return { kind: "map", value: shapeOf(def.valueType) };
    case "union": {
      const { discriminator } = def as z.core.$ZodUnionDef & { discriminator?: string };
      if (discriminator === undefined) return eitherOf(def.options.map(shapeOf));
      const variants = def.options.flatMap((option) =>
        [...(option._zod.propValues?.[discriminator] ?? [])].map((value) => [value, shapeOf(option)] as const),
      );
      return { kind: "variants", by: discriminator, variants: new Map(variants) };
    }
    case "optional":
    case "nullable":
    case "default":
    case "prefault":
    case "nonoptional":
    case "readonly":
    case "catch":
      return shapeOf(def.innerType);
    case "pipe": // a preprocess looks at the value first, a transform last: the other side is what was sent
      return shapeOf(def.in._zod.def.type === "transform" ? def.out : def.in);
    case "string":
    case "number":
    case "boolean":
    case "bigint":
    case "date":
    case "null":
    case "undefined":
    case "literal":
    case "enum":
    case "unknown":
    case "any":
    case "never":
    case "custom":
      return any;
    case "intersection":
    case "tuple":
    case "map":
    case "set":
    case "lazy":
    case "promise":
    case "function":
    case "success":
    case "transform":
    case "template_literal":
    case "file":
    case "symbol":
    case "nan":
    case "void":
      throw new Error(`a schema of the type ${def.type} does not say which members are allowed`);
  }
};

const eitherOf = (options: readonly Shape[]): Shape =>
  options.every(({ kind }) => kind === "any") ? any : { kind: "either", options };

/** The shape that holds for a value: of variants its own. Null when no variant is meant by it. */
export const resolveShape = (shape: Shape, value: unknown): Shape | null =>
  shape.kind === "variants" ? (isObject(value) ? (shape.variants.get(value[shape.by]) ?? null) : null) : shape;

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
